/** Methods that rank groups of weights: which groups a budget leaves becomes an edit of each layer. */
import { RequestError } from "../../errors.js";
import { countMacs, countNonZero, countParameters } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import { maskEdit, type MaskEdit } from "../edits/mask.js";
import { chooseGroups, type EditGroups, type LayerGroups, type Spending } from "../groups.js";
import { keepGroupsInMilliseconds } from "../latency/groups.js";
import { findLayers, type Layer, selectLayers } from "../layers.js";
import type { Budget } from "../budget.js";
import type { Decision, MethodContext } from "./method.js";

/**
 * The layers that `--only` chooses, of those to which the method applies. Throws a `RequestError` with the reason where there are
 * none.
 */
export function layersOf(
  { map, shapes, only }: Pick<MethodContext, "map" | "shapes" | "only">,
  applies: (layer: Layer) => boolean = () => true,
  reason = "the network has no convolution or dense layer with constant weights",
): Layer[] {
  const layers = findLayers(map, shapes).filter(applies);
  if (layers.length === 0) throw new RequestError(reason, "--method");
  return selectLayers(layers, only);
}

/** The edits that meet the budget. */
export async function planByGroups(context: MethodContext, groups: readonly EditGroups[]): Promise<Decision> {
  const keep = context.keep!;
  if (keep.kind === "ms") return keepGroupsInMilliseconds(context, groups);
  const editsFor = (kept: readonly Uint8Array[]) => groups.flatMap(({ edit }, i) => edit(kept[i]!) ?? []);
  const spending = spendingOf(
    context,
    keep,
    groups.map(({ layer }) => layer),
    editsFor,
  );
  return { edits: editsFor(chooseGroups(groups, keep, context.scope, spending)) };
}

/** What a budget on weights, multiply-adds, parameters or bytes counts. */
export function spendingOf(
  { graph, shapes, runner }: Pick<MethodContext, "graph" | "shapes" | "runner">,
  { kind }: Budget,
  layers: readonly Layer[],
  editsFor: (kept: readonly Uint8Array[]) => readonly Edit[],
): Spending {
  const one = () => 1;
  switch (kind) {
    case "weights":
      return { full: layers.reduce((sum, { filter }) => sum + countNonZero(filter), 0), perWeight: one };
    case "parameters":
      return { full: countParameters(graph), perWeight: one };
    case "macs":
      return { full: countMacs(graph, shapes), perWeight: ({ macsPerWeight }) => macsPerWeight };
    case "bytes": {
      const bytesOf = runner.cutBytes ?? runner.fileBytes;
      const measure = (kept: readonly Uint8Array[]) => bytesOf(applyEdits(editsFor(kept), graph));
      return { full: runner.fileBytes(graph), perWeight: one, measure };
    }
    default:
      throw new Error(`no sum of weights gives ${kind}`);
  }
}

/**
 * Groups of a layer by the number of the group that each weight belongs to. A group's score is the mean of its absolute weights (l1)
 * or the root of the mean of their squares (l2), divided by the layer's own, so that layers compare.
 */
export function groupsOf(layer: Layer, count: number, groupOf: (i: number) => number, norm: "l1" | "l2"): LayerGroups {
  const { data } = layer.filter;
  const [sums, sizes, weights] = [new Float64Array(count), new Uint32Array(count), new Uint32Array(count)];
  for (let i = 0; i < data.length; i++) {
    const [group, weight] = [groupOf(i), data[i]!];
    sums[group]! += norm === "l1" ? Math.abs(weight) : weight * weight;
    sizes[group]!++;
    if (weight !== 0) weights[group]!++;
  }
  const scale = scaleOf(layer);
  const scores = sums.map(
    (sum, group) => (norm === "l1" ? sum / sizes[group]! : Math.sqrt(sum / sizes[group]!)) / scale,
  );
  return { layer, scores, weights };
}

/** The mask under which the weights of these groups stay. */
export function maskOfGroups(layer: Layer, groupOf: (i: number) => number, kept: Uint8Array): MaskEdit | undefined {
  const bits = new Uint8Array(layer.filter.data.length);
  for (let i = 0; i < bits.length; i++) bits[i] = kept[groupOf(i)]!;
  return maskEdit(layer, 1, bits);
}

/** Root of the mean square of a filter. 1 where all weights are 0. */
function scaleOf({ filter }: Layer): number {
  let sum = 0;
  for (let i = 0; i < filter.data.length; i++) sum += filter.data[i]! ** 2;
  return Math.sqrt(sum / filter.data.length) || 1;
}

/** Height and width of the kernels; a dense layer has 1 x 1. */
export function kernelOf({ filter }: Layer): readonly [number, number] {
  return [filter.shape[2] ?? 1, filter.shape[3] ?? 1];
}

/** Whether there is more than one weight to a kernel. */
export const hasTaps = (layer: Layer): boolean => kernelOf(layer)[0] * kernelOf(layer)[1] > 1;
