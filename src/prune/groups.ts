/** Groups of weights that stay or go together, and which of them a budget leaves. */
import { type Budget, allowance, tooLittle } from "./budget.js";
import type { Edit } from "./edits/index.js";
import type { Layer } from "./layers.js";
import type { Scope } from "./methods/method.js";

/** A layer's groups: disjoint, of whatever shape the method says. */
export interface LayerGroups {
  readonly layer: Layer;
  /** The lowest go first; none is negative. */
  readonly scores: Float64Array;
  /** How many weights of each group are not zero already. */
  readonly weights: ArrayLike<number>;
  /** Whether the best group may go, too, so that none is left. */
  readonly mayLoseAll?: true;
}

/** Groups as a method says them, and how they go. */
export interface EditGroups extends LayerGroups {
  /** What makes only these groups stay; undefined where that changes nothing. */
  readonly edit: (kept: Uint8Array) => Edit | undefined;
}

/** What is spent, in the unit of the budget. */
export interface Spending {
  /** Of the whole network, or, for `weights`, of what may be touched. */
  readonly full: number;
  /** What one weight of a layer costs. */
  readonly perWeight: (layer: Layer) => number;
  /** For budgets that no sum of weights gives: what it costs to keep only these groups. */
  readonly measure?: ((kept: readonly Uint8Array[]) => number) | undefined;
}

/** All groups in the order in which they go: numbers counted through all layers. */
interface Sequence {
  readonly order: Uint32Array;
  /** The first number of each layer, and one behind the last. */
  readonly firsts: readonly number[];
}

/**
 * For each layer 1 for the groups that stay and 0 for the others: the lowest scores go, all layers competing or each losing the
 * same share of its groups, until the budget is met; then what still fits comes back, best first. Groups without weights go
 * for nothing. Throws a `RequestError` that says what can be reached.
 */
export function chooseGroups(
  list: readonly LayerGroups[],
  keep: Budget,
  scope: Scope,
  spending: Spending,
): Uint8Array[] {
  const kept = list.map(({ scores }) => new Uint8Array(scores.length).fill(1));
  if (keep.value === 1 && !keep.amount) return kept;
  const allowed = allowance(keep, spending.full);
  const sequence = sequenceOf(list, scope);
  if (spending.measure) fitMeasured(sequence, kept, allowed, spending.measure, keep);
  else fitSum(list, sequence, kept, allowed, spending, keep);
  return kept;
}

function fitSum(
  list: readonly LayerGroups[],
  { order, firsts }: Sequence,
  kept: readonly Uint8Array[],
  allowed: number,
  { full, perWeight }: Spending,
  keep: Budget,
): void {
  const layerOf = layerFinder(firsts);
  const costs = list.map(({ layer }) => perWeight(layer));
  const cost = (group: number, l: number) => costs[l]! * list[l]!.weights[group - firsts[l]!]!;
  let [left, count] = [full, 0];
  for (; left > allowed && count < order.length; count++) {
    const [group, l] = [order[count]!, layerOf(order[count]!)];
    kept[l]![group - firsts[l]!] = 0;
    left -= cost(group, l);
  }
  if (left > allowed) throw tooLittle(keep, allowed, "one group of weights", left, "layers");
  while (count-- > 0) {
    const [group, l] = [order[count]!, layerOf(order[count]!)];
    const price = cost(group, l);
    if (price === 0 || left + price > allowed) continue;
    kept[l]![group - firsts[l]!] = 1;
    left += price;
  }
}

/** As few of the first groups as are enough: with one group fewer gone the budget is exceeded. */
function fitMeasured(
  { order, firsts }: Sequence,
  kept: readonly Uint8Array[],
  allowed: number,
  measure: NonNullable<Spending["measure"]>,
  keep: Budget,
): void {
  const layerOf = layerFinder(firsts);
  const keepAllBut = (count: number) => {
    kept.forEach((of) => of.fill(1));
    order.subarray(0, count).forEach((group) => {
      const l = layerOf(group);
      kept[l]![group - firsts[l]!] = 0;
    });
    return measure(kept);
  };
  const least = keepAllBut(order.length);
  if (least > allowed) throw tooLittle(keep, allowed, "one group of weights", least, "layers");
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keepAllBut(middle) <= allowed) high = middle;
    else low = middle + 1;
  }
  keepAllBut(low);
}

/** The layer that a group belongs to. Groups of one layer come in runs, so the last answer is tried first. */
function layerFinder(firsts: readonly number[]): (group: number) => number {
  let last = 0;
  return (group) => {
    if (group < firsts[last]! || group >= firsts[last + 1]!) last = firsts.findLastIndex((first) => first <= group);
    return last;
  };
}

/** All groups but the best of each layer. */
function sequenceOf(list: readonly LayerGroups[], scope: Scope): Sequence {
  const firsts = [0];
  list.forEach(({ scores }) => firsts.push(firsts.at(-1)! + scores.length));
  const ranked = list.map(({ scores, mayLoseAll }) => {
    const order = sortedBy(scores);
    return mayLoseAll ? order : order.subarray(0, -1);
  });
  const count = ranked.reduce((sum, order) => sum + order.length, 0);
  const [groups, urgency] = [new Uint32Array(count), new Float64Array(count)];
  let at = 0;
  ranked.forEach((order, l) => {
    const { scores } = list[l]!;
    order.forEach((group, rank) => {
      groups[at] = firsts[l]! + group;
      urgency[at++] = scope === "global" ? scores[group]! : (rank + 1) / scores.length;
    });
  });
  return { order: sortedBy(urgency).map((i) => groups[i]!), firsts };
}

/**
 * The numbers of the keys, smallest key first, of equal keys the first one first. Keys from 0 on are compared as float32, whose
 * bits are in the same order: so both fit one 64-bit number, and millions are sorted without calls.
 */
function sortedBy(keys: Float64Array): Uint32Array {
  const bits = new Uint32Array(Float32Array.from(keys).buffer);
  const packed = BigUint64Array.from(bits, (key, i) => (BigInt(key) << 32n) | BigInt(i)).sort();
  const words = new Uint32Array(packed.buffer);
  return Uint32Array.from({ length: keys.length }, (_, i) => words[2 * i]!);
}
