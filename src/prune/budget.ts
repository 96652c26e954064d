/** What may be kept, and which channels go so that it is met. */
import { RequestError } from "../errors.js";

/**
 * THE list of things that a budget can bound. `channels` is a share of each unit's width and `weights` of what a method may touch;
 * the others bound the whole network. Zeros of filters count nowhere.
 */
export const BUDGETS = {
  macs: "multiply-adds of one run",
  parameters: "numbers in all weights",
  weights: "numbers in the filters that the method may touch",
  bytes: "size of the compiled file",
  channels: "share of each unit's width, rounded",
  ms: "milliseconds of one run, by a latency table or layers that are timed",
} as const;
export type BudgetKind = keyof typeof BUDGETS;

export interface Budget {
  readonly kind: BudgetKind;
  /** Up to 1 a share of what there is; above 1 an amount. */
  readonly value: number;
  /** An amount, however small it is. */
  readonly amount?: true | undefined;
}

/** Reads `macs=0.5`, `bytes=200000`, `channels=0.7`, `ms=0.8ms`. */
export function parseBudget(text: string): Budget {
  const [kind, words = "", rest] = text.split("=");
  const amount = kind === "ms" && words.endsWith("ms");
  const value = amount ? words.slice(0, -2) : words;
  if (!kind || !Object.hasOwn(BUDGETS, kind) || value.trim() === "" || rest !== undefined) {
    const kinds = Object.entries(BUDGETS).map(([name, meaning]) => `${name}=N (${meaning})`);
    throw new RequestError(`"${text}": expected one of ${kinds.join(", ")}; for example macs=0.5`, "--keep");
  }
  return checkBudget({ kind: kind as BudgetKind, value: Number(value), ...(amount ? { amount } : {}) });
}

/** As it is typed. */
export function formatBudget({ kind, value, amount }: Budget): string {
  return `${kind}=${value}${amount ? "ms" : ""}`;
}

/** The budget, if it is one: a known kind, and a number in its range. Throws a `RequestError` otherwise. */
export function checkBudget(budget: Budget): Budget {
  const { kind, value } = budget;
  if (!Object.hasOwn(BUDGETS, kind)) {
    throw new RequestError(`no budget "${kind}"; there is ${Object.keys(BUDGETS).join(", ")}`, "--keep");
  }
  if (value > 0 && Number.isFinite(value) && (kind !== "channels" || value <= 1)) return budget;
  const range =
    kind === "channels" ? "a share above 0 and up to 1" : "a share above 0 and up to 1, or an amount above 1";
  throw new RequestError(`"${formatBudget(budget)}": expected ${range}`, "--keep");
}

/** A channel of a unit, as a candidate for removal. */
export interface Candidate {
  readonly unit: number;
  readonly channel: number;
  readonly root: number;
}

/** What goes at once: a channel, or all that is left in a residual block. */
export interface Step {
  readonly candidates: readonly Candidate[];
  /** Units none of whose channels returns unless all of the step does. */
  readonly closes?: readonly number[] | undefined;
}

/** The amount that a budget allows, of `full`. */
export function allowance({ value, amount }: Budget, full: number): number {
  return value <= 1 && !amount ? value * full : value;
}

/**
 * Removes step after step until the cost fits, then puts back, best first, whatever still fits: in the end the cost is never above the
 * allowance, and nothing that was removed could return without exceeding it.
 *
 * `cost` must not grow when more is removed. `alike` says that channels of one unit cost the same. Throws a `RequestError` that
 * says what can be reached.
 */
export function cutToBudget(
  sequence: readonly Step[],
  allowed: number,
  cost: (removed: ReadonlySet<number>) => number,
  keep: Budget,
  alike = true,
): Set<number> {
  const first = (count: number) => new Set(sequence.slice(0, count).flatMap(rootsOf));
  const least = cost(first(sequence.length));
  if (least > allowed) {
    const left = sequence.some(({ closes }) => closes) ? "one channel and no block" : "one channel";
    throw tooLittle(keep, allowed, left, least, "units");
  }
  let [low, high] = [0, sequence.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cost(first(middle)) <= allowed) high = middle;
    else low = middle + 1;
  }
  return putBack(sequence.slice(0, low), first(low), allowed, cost, alike);
}

/** The error that a budget allows less than is left when all has gone that may go. */
export function tooLittle(
  keep: Budget,
  allowed: number,
  left: string,
  least: number,
  among: "units" | "layers",
): RequestError {
  const isTime = keep.kind === "ms";
  // Milliseconds have fractions, and what was typed may have been corrected; all else is counted.
  const written = (amount: number) => (isTime ? `${amount.toPrecision(3)}ms` : `${Math.floor(amount)}`);
  return new RequestError(
    `${isTime ? "the budget" : formatBudget(keep)} allows ${written(allowed)}, but with ${left} left everywhere that may be cut ` +
      `${written(least)} remain; ask for ${written(least)} or more, or let more ${among} be cut`,
    "--keep",
  );
}

const rootsOf = ({ candidates }: Step) => candidates.map(({ root }) => root);

/** Where channels of one unit cost the same, the first that does not fit speaks for the rest of its unit. */
function putBack(
  removedInOrder: readonly Step[],
  removed: Set<number>,
  allowed: number,
  cost: (removed: ReadonlySet<number>) => number,
  alike: boolean,
): Set<number> {
  const full = new Set<number>();
  for (const step of [...removedInOrder].reverse()) {
    if (step.candidates.some(({ unit }) => full.has(unit))) continue;
    const roots = rootsOf(step);
    roots.forEach((root) => removed.delete(root));
    if (cost(removed) <= allowed) continue;
    roots.forEach((root) => removed.add(root));
    (step.closes ?? (alike ? [step.candidates[0]!.unit] : [])).forEach((unit) => full.add(unit));
  }
  return removed;
}
