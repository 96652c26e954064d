/** Ladders: things that come in several sizes, such as the taps of an input channel, and which size a budget leaves of each. */
import { type Budget, allowance, tooLittle } from "./budget.js";
import type { Scope } from "./methods/method.js";

/** One thing in all sizes that there are: rung 0 is the whole. From rung to rung costs fall and losses do not. */
export interface Ladder {
  /** What competes within itself only if the scope is local. */
  readonly layer: string;
  readonly costs: readonly number[];
  readonly losses: readonly number[];
}

/** Down one ladder from a rung to another. */
interface Step {
  readonly ladder: number;
  readonly to: number;
  readonly saved: number;
  /** Loss for each unit of cost saved. */
  readonly slope: number;
}

/**
 * The rung of each ladder: steps of least loss for what they save come first, all layers competing, or each losing the same share of
 * its cost, until what is left of `full` is allowed; then each ladder, the last to go down first, climbs as high as still fits. In
 * the end no ladder could climb. `spentOf` says what is left where that is not `full` without what the steps saved; it must not grow
 * on the way down. Throws a `RequestError` that says what can be reached.
 */
export function chooseRungs(
  ladders: readonly Ladder[],
  full: number,
  keep: Budget,
  scope: Scope,
  spentOf: (rungs: readonly number[]) => number = (rungs) =>
    ladders.reduce((left, { costs }, i) => left - costs[0]! + costs[rungs[i]!]!, full),
): number[] {
  if (keep.value === 1 && !keep.amount) return ladders.map(() => 0);
  const allowed = allowance(keep, full);
  const steps = inOrder(ladders, scope);
  const after = (count: number) => {
    const rungs = ladders.map(() => 0);
    for (const { ladder, to } of steps.slice(0, count)) rungs[ladder] = to;
    return rungs;
  };
  const least = spentOf(after(steps.length));
  if (least > allowed) throw tooLittle(keep, allowed, "the least", least, "layers");
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spentOf(after(middle)) <= allowed) high = middle;
    else low = middle + 1;
  }
  const rungs = after(low);
  for (const ladder of new Set(
    steps
      .slice(0, low)
      .map((step) => step.ladder)
      .reverse(),
  )) {
    const lowest = rungs[ladder]!;
    rungs[ladder] = 0;
    while (rungs[ladder]! < lowest && spentOf(rungs) > allowed) rungs[ladder]!++;
  }
  return rungs;
}

function inOrder(ladders: readonly Ladder[], scope: Scope): Step[] {
  const steps = ladders.flatMap((ladder, number) => stepsDown(ladder, number)).sort(bySlope);
  if (scope === "global") return steps;
  const totals = new Map<string, number>();
  for (const { layer, costs } of ladders) totals.set(layer, (totals.get(layer) ?? 0) + costs[0]!);
  const gone = new Map<string, number>();
  const shares = steps.map((step) => {
    const { layer } = ladders[step.ladder]!;
    gone.set(layer, (gone.get(layer) ?? 0) + step.saved);
    return { step, share: gone.get(layer)! / totals.get(layer)! };
  });
  return shares.sort((a, b) => a.share - b.share).map(({ step }) => step);
}

const bySlope = (a: Step, b: Step) => a.slope - b.slope || a.ladder - b.ladder || a.to - b.to;

/** Steps along the lower hull of losses over costs: no other way down saves as much for its loss. */
function stepsDown({ costs, losses }: Ladder, ladder: number): Step[] {
  const slope = (from: number, to: number) => (losses[to]! - losses[from]!) / (costs[from]! - costs[to]!);
  const hull = [0];
  for (let rung = 1; rung < costs.length; rung++) {
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) > slope(hull.at(-1)!, rung) * (1 + 1e-9)) hull.pop();
    hull.push(rung);
  }
  let steepest = 0;
  return hull.slice(1).map((to, i) => {
    // Rounding must not put steps of one ladder out of order.
    steepest = Math.max(steepest, slope(hull[i]!, to));
    return { ladder, to, saved: costs[hull[i]!]! - costs[to]!, slope: steepest };
  });
}
