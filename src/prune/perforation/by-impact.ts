/** Perforation by impact: pixels of all convolutions compete, or each convolution loses the same share. */
import type { Scope } from "../methods/method.js";
import { chooseRungs } from "../ladders.js";
import { type ImpactRequest, measureImpact, orderByImpact } from "./impact.js";
import { orderedMask } from "./masks.js";
import {
  checkReachable,
  costOfAll,
  countOf,
  type Descent,
  descent,
  giveBack,
  type Perforation,
  type Shared,
  type Site,
  whole,
} from "./sites.js";

/** Steps in which pixels go where impacts are measured again in between. */
export const STEPS = 4;
/** The smallest share of its pixels that a convolution keeps while the budget can be met so: impacts are those of single pixels. */
const LEAST_SHARE = 1 / 20;

export interface ByImpactOptions {
  readonly steps: number;
  readonly scope: Scope;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * The perforations that meet the budget, those pixels left out first that have the least impact for what they cost. In several steps the
 * impacts are measured again in the network as it is perforated so far.
 */
export async function perforateByImpact(
  shared: Shared,
  request: ImpactRequest,
  { steps, scope, onProgress }: ByImpactOptions,
): Promise<readonly Perforation[]> {
  checkReachable(shared);
  const { sites, full, allowed, keep } = shared;
  let perforations: readonly Perforation[] = sites.map(whole);
  let impacts: Float64Array[] | undefined;
  for (let step = 1; step <= steps; step++) {
    impacts = await measureImpact(request, perforations, impacts);
    const orders = sites.map((site, s) => orderByImpact(perforations[s]!, site, impacts![s]!));
    const aim = full - ((full - allowed) * step) / steps;
    const now = perforations.map(countOf);
    const left = costOfAll(shared, perforations);
    const descents = (downTo: (site: Site) => number) =>
      sites.map((site, s) => descent(site, losing(orders[s]!, impacts![s]!, now[s]!, downTo(site))));
    const some = descents(({ pixels }) => Math.max(1, Math.floor(LEAST_SHARE * pixels)));
    const chosen = leastOf(left, some) <= aim ? some : descents(() => 1);
    const rungs = chooseRungs(chosen, left, { kind: keep.kind, value: aim, amount: true }, scope);
    perforations = orders.map((order, s) => {
      const count = chosen[s]!.counts[rungs[s]!]!;
      return { mask: orderedMask(order), rung: order.length - count };
    });
    onProgress(step, steps);
  }
  return giveBack(shared, perforations, [...sites.keys()].reverse());
}

/** One pixel less at each rung, those of the least impact first. */
function* losing(order: readonly number[], impact: Float64Array, from: number, to: number) {
  let lost = 0;
  for (let count = from; count >= Math.min(from, to); count--) {
    yield [count, lost] as const;
    lost += impact[order[count - 1]!] ?? 0;
  }
}

function leastOf(left: number, descents: readonly Descent[]): number {
  return descents.reduce((sum, { costs }) => sum - costs[0]! + costs.at(-1)!, left);
}
