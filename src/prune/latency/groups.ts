/** Groups of weights for a budget of milliseconds. */
import { countNonZero } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import { chooseGroups, type EditGroups, type LayerGroups } from "../groups.js";
import type { Decision, MethodContext } from "../methods/method.js";
import { timeLayers, type Variant } from "./layer-times.js";
import { meetMilliseconds } from "./measured.js";
import { ifReachable } from "./reachable.js";

/**
 * For each layer 1 for the groups that stay: those with the lowest scores go, as for other budgets, but none of a layer that runs no
 * faster then, or that could stay whole within the budget.
 */
export async function keepGroupsInMilliseconds(context: MethodContext, list: readonly EditGroups[]): Promise<Decision> {
  const { graph, keep, scope, onProgress } = context;
  if (keep!.value === 1 && !keep!.amount) return {};
  const totals = list.map(({ layer }) => countNonZero(layer.filter));
  const sites = list.map((groups, i) => ({
    node: groups.layer.node,
    count: groups.layer.readers,
    variants: (shares: readonly number[]) => variantsOf(groups, totals[i]!, shares),
  }));
  const { wholeMs, layers } = await timeLayers(context, sites, onProgress);
  const savedBy = (i: number, kept: Uint8Array) =>
    layers[i]!.wholeMs - layers[i]!.at(shareLeft(list[i]!, kept, totals[i]!));
  const gaining = [...list.keys()].filter((i) => savedBy(i, fewest(list[i]!)) > 0);
  const foretell = (kept: readonly Uint8Array[]) => gaining.reduce((ms, i, at) => ms - savedBy(i, kept[at]!), wholeMs);
  const editsFor = (kept: readonly Uint8Array[]) => gaining.flatMap((i, at) => list[i]!.edit(kept[at]!) ?? []);
  const open = gaining.map((i) => list[i]!);
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs,
    choose(allowedMs) {
      const budget = { kind: "ms", value: allowedMs, amount: true } as const;
      const spending = { full: wholeMs, perWeight: () => 1, measure: foretell };
      return withWholeLayers(chooseGroups(open, budget, scope, spending), foretell, allowedMs);
    },
    foretell,
    graphOf: (kept) => applyEdits(editsFor(kept), graph),
  });
  return { edits: editsFor(choice), milliseconds };
}

/** The best groups that make up a share of the layer's weights, where that can be reached and changes anything. */
function variantsOf(groups: EditGroups, total: number, shares: readonly number[]): Variant[] {
  const found = new Map<number, Edit>();
  const spending = { full: total, perWeight: () => 1 };
  for (const share of shares) {
    const [kept] =
      ifReachable(() => chooseGroups([groups], { kind: "weights", value: share }, "local", spending)) ?? [];
    const edit = kept && groups.edit(kept);
    if (kept && edit) found.set(shareLeft(groups, kept, total), edit);
  }
  return [...found].map(([share, edit]) => ({ share, edit }));
}

/** Of the layer's weights other than zero. */
function shareLeft({ weights }: LayerGroups, kept: Uint8Array, total: number): number {
  let gone = 0;
  for (let group = 0; group < kept.length; group++) if (!kept[group]) gone += weights[group]!;
  return 1 - gone / (total || 1);
}

const fewest = ({ scores }: LayerGroups) => new Uint8Array(scores.length);

/** Layers stay whole where that fits. */
function withWholeLayers(
  kept: readonly Uint8Array[],
  spentBy: (kept: readonly Uint8Array[]) => number,
  allowed: number,
): readonly Uint8Array[] {
  return kept.reduce((current, own, i) => {
    if (!own.includes(0)) return current;
    const tried = current.with(i, new Uint8Array(own.length).fill(1));
    return spentBy(tried) <= allowed ? tried : current;
  }, kept);
}
