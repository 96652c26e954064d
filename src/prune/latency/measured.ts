/** Plans for a budget of milliseconds, corrected by what the cut network really takes. */
import { RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { applyCuts } from "../apply.js";
import type { Budget } from "../budget.js";
import { type PrunePlan, removedClasses } from "../plan.js";
import { makePlan, type PruneRequest, type Resources, writtenRequest } from "../prune.js";
import type { Runner } from "../runner.js";
import type { UnitMap } from "../units.js";
import { WidthLatency } from "./widths.js";

/** Milliseconds of one run. */
export interface Milliseconds {
  /** Of the dense network: measured, or by the table where it cannot be. */
  readonly before: number;
  /** Measured; null on another device than the table's. */
  readonly after: number | null;
  /** What the table said of the cut network, as a share of what it says of the dense one, times `before`. */
  readonly predicted: number;
  /** `predicted` over `after`, minus 1. */
  readonly error: number | null;
  /** How many plans were measured. */
  readonly rounds: number;
}

/** How many plans are made at most. */
const MOST_ROUNDS = 4;
/** What a measurement is off by in any case: a plan that takes so much more than was asked for has met it. */
const NOISE = 0.02;
/** A plan that leaves more than this unused of what was asked for gives something back. */
const UNUSED = 0.04;

/**
 * Makes a plan for a request with a budget in milliseconds, runs the cut network beside the dense one, and asks again for as much
 * more or less as the table was wrong, a few times. Of the plans that meet the budget the one that uses most of it is taken; if none
 * does, the fastest. Without a `race` the first plan stands.
 */
export async function planMeasured(
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  resources: Resources = {},
): Promise<{ readonly plan: PrunePlan; readonly milliseconds: Milliseconds }> {
  const keep = request.keep!;
  const attempts: Attempt[] = [];
  let share: number | undefined;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const corrected: Budget = share === undefined ? keep : { kind: "ms", value: share };
    const plan = await planOrNothing(map, { ...request, keep: corrected }, runner, {
      resources,
      required: round === 0,
    });
    if (!plan || attempts.some((earlier) => sameCuts(earlier.plan, plan))) break;
    const attempt = await measure(map, { ...plan, request: writtenRequest(request) }, keep, runner);
    attempts.push(attempt);
    if (attempt.ratio === null || (meets(attempt) && attempt.ratio >= attempt.asked * (1 - UNUSED))) break;
    share = Math.min(1, ((share ?? attempt.asked) * attempt.asked) / attempt.ratio);
    if (share === 1) break;
  }
  const { plan, milliseconds } = best(attempts);
  return { plan, milliseconds: { ...milliseconds, rounds: attempts.length } };
}

interface Attempt {
  readonly plan: PrunePlan;
  readonly milliseconds: Milliseconds;
  /** The share of the dense network's time that was asked for, and that was measured. */
  readonly asked: number;
  readonly ratio: number | null;
}

const meets = ({ ratio, asked }: Attempt) => ratio === null || ratio <= asked * (1 + NOISE);

function best(attempts: readonly Attempt[]): Attempt {
  const sorted = [...attempts].sort((a, b) => (a.ratio ?? 0) - (b.ratio ?? 0));
  return sorted.filter(meets).at(-1) ?? sorted[0]!;
}

/** Once there is a plan, a stricter one that cannot be made is none. */
async function planOrNothing(
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  { resources, required }: { readonly resources: Resources; readonly required: boolean },
): Promise<PrunePlan | undefined> {
  try {
    return await makePlan(map, request, runner, resources);
  } catch (error) {
    if (required || !(error instanceof RequestError)) throw error;
    return undefined;
  }
}

const sameCuts = (a: PrunePlan, b: PrunePlan) => JSON.stringify(a.cuts) === JSON.stringify(b.cuts);

async function measure(map: UnitMap, plan: PrunePlan, keep: Budget, runner: Runner): Promise<Attempt> {
  const { whole, cut } = predict(map, plan, runner);
  const [before, after] = (await runner.race?.([map.graph, cutGraph(map, plan)])) ?? [whole, null];
  const predicted = (cut / whole) * before!;
  const share = keep.value <= 1 && !keep.amount ? keep.value : Math.min(1, keep.value / before!);
  return {
    plan,
    milliseconds: {
      before: before!,
      after: after!,
      predicted,
      error: after === null ? null : predicted / after! - 1,
      rounds: 1,
    },
    asked: share,
    ratio: after === null ? null : after! / before!,
  };
}

const cutGraph = ({ graph, channels, units }: UnitMap, plan: PrunePlan): Graph =>
  applyCuts(graph, channels, removedClasses(plan, units)).graph;

/** What the table says of the dense network and of the cut one. */
function predict(map: UnitMap, { cuts }: PrunePlan, { latency }: Runner): { whole: number; cut: number } {
  const units = cuts.map(({ unit }) => map.units.find(({ name }) => name === unit)!);
  const model = new WidthLatency(map, units, latency!);
  const whole = model.total;
  cuts.forEach(({ remove }, unit) => model.remove(unit, remove.length));
  return { whole, cut: model.total };
}
