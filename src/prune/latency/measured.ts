/** Decisions for a budget of milliseconds, corrected by what the changed network really takes. */
import type { Graph } from "../../graph/graph.js";
import { allowance, type Budget } from "../budget.js";
import type { Runner } from "../runner.js";
import { ifReached } from "./reachable.js";

/** Milliseconds of one run. */
export interface Milliseconds {
  /** Of the dense network: measured, or by the table where it cannot be. */
  readonly before: number;
  /** Measured; null on another device than the table's. */
  readonly after: number | null;
  /** What was foretold of the changed network, as a share of what was foretold of the dense one, times `before`. */
  readonly predicted: number;
  /** `predicted` over `after`, minus 1. */
  readonly error: number | null;
  /** How many decisions were measured. */
  readonly rounds: number;
}

/** What a method would do for so many milliseconds. All of it is asked for several times: what takes long is done before. */
export interface Proposals<Choice> {
  /** Milliseconds of the dense network, as they are foretold. */
  readonly wholeMs: number;
  /** What leaves so many of them, at most. Throws a `RequestError` that says what can be reached. */
  readonly choose: (allowedMs: number) => Choice | Promise<Choice>;
  readonly foretell: (choice: Choice) => number;
  /** A network that takes as long as the one that the choice leads to. */
  readonly graphOf: (choice: Choice) => Graph;
}

/** How many decisions are made at most. */
const MOST_ROUNDS = 4;
/** What a measurement is off by in any case: a network that takes so much more than was asked for has met it. */
const NOISE = 0.02;
/** A decision that leaves more than this unused of what was asked for gives something back. */
const UNUSED = 0.04;

/**
 * Decides, runs the network that comes of it beside the dense one, and decides again for as much more or less as the times were
 * foretold wrong, a few times. Of the choices that meet the budget the one that uses most of it is taken; if none does, the fastest.
 * Where nothing can be run the first one stands.
 */
export async function meetMilliseconds<Choice>(
  { graph, keep, runner }: { readonly graph: Graph; readonly keep: Budget | undefined; readonly runner: Runner },
  proposals: Proposals<Choice>,
): Promise<{ readonly choice: Choice; readonly milliseconds: Milliseconds }> {
  const { wholeMs, choose, foretell, graphOf } = proposals;
  const attempts: Attempt<Choice>[] = [];
  let share = Math.min(1, allowance(keep!, wholeMs) / wholeMs);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const allowedMs = share * wholeMs;
    // Once there is a decision, a stricter one that cannot be made is none.
    const choice = await (round === 0 ? choose(allowedMs) : ifReached(() => choose(allowedMs)));
    if (choice === undefined) break;
    const foretold = foretell(choice) / wholeMs;
    // What is to take as long as an earlier one is the earlier one.
    if (attempts.some((earlier) => earlier.foretold === foretold)) break;
    const times = await runner.race?.([graph, graphOf(choice)]);
    const attempt = attemptOf(choice, foretold, times, { keep: keep!, wholeMs });
    attempts.push(attempt);
    const { ratio, asked } = attempt;
    if (ratio === null || (meets(attempt) && ratio >= asked * (1 - UNUSED))) break;
    share = Math.min(1, (share * asked) / ratio);
    if (share === 1) break;
  }
  const { choice, milliseconds } = best(attempts);
  return { choice, milliseconds: { ...milliseconds, rounds: attempts.length } };
}

/** The same of the network that the choice led to at last, which may run a little otherwise than the one that was raced. */
export async function measureAgain(
  { graph, runner }: { readonly graph: Graph; readonly runner: Runner },
  known: Milliseconds,
  final: Graph,
): Promise<Milliseconds> {
  if (!runner.race) return known;
  const [before, after] = (await runner.race([graph, final])) as [number, number];
  const predicted = (known.predicted / known.before) * before;
  return { ...known, before, after, predicted, error: predicted / after - 1 };
}

interface Attempt<Choice> {
  readonly choice: Choice;
  readonly milliseconds: Milliseconds;
  /** Shares of the dense network's time: foretold, asked for, and measured. */
  readonly foretold: number;
  readonly asked: number;
  readonly ratio: number | null;
}

const meets = ({ ratio, asked }: Attempt<unknown>) => ratio === null || ratio <= asked * (1 + NOISE);

function best<Choice>(attempts: readonly Attempt<Choice>[]): Attempt<Choice> {
  const sorted = [...attempts].sort((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0));
  return sorted.filter(meets).at(-1) ?? sorted[0]!;
}

function attemptOf<Choice>(
  choice: Choice,
  foretold: number,
  times: readonly number[] | undefined,
  { keep, wholeMs }: { readonly keep: Budget; readonly wholeMs: number },
): Attempt<Choice> {
  const before = times?.[0] ?? wholeMs;
  const after = times?.[1] ?? null;
  const predicted = foretold * before;
  return {
    choice,
    milliseconds: { before, after, predicted, error: after === null ? null : predicted / after - 1, rounds: 1 },
    foretold,
    asked: Math.min(1, allowance(keep, before) / before),
    ratio: after === null ? null : after / before,
  };
}
