/** Methods that rank groups of weights: which groups a budget leaves becomes a mask for each layer. */
import { RequestError } from "../../errors.js";
import { sizeOf } from "../../graph/graph.js";
import { countMacs, countNonZero, countParameters } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import { maskEdit } from "../edits/mask.js";
import { chooseGroups, type LayerGroups, type Spending } from "../groups.js";
import { findLayers, type Layer, selectLayers } from "../layers.js";
import type { Budget } from "../budget.js";
import type { Decision, MethodContext } from "./method.js";

/** Groups as a method says them, and how they are laid out in the filter. */
export interface MaskGroups extends LayerGroups {
  /** How many neighbouring output channels share a bit of `bits`. */
  readonly block: number;
  /** 1 for weights that stay, over [ceil(output channels / block), ...rest of the filter], where only these groups stay. */
  readonly bits: (kept: Uint8Array) => Uint8Array;
}

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

/** The masks that meet the budget. */
export function planByGroups(context: MethodContext, groups: readonly MaskGroups[]): Decision {
  const keep = context.keep!;
  const editsFor = (kept: readonly Uint8Array[]) =>
    groups.flatMap(({ layer, block, bits }, i) => maskEdit(layer, block, bits(kept[i]!)) ?? []);
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

/** For each weight of a filter 1 unless it is zero. */
export function nonZero({ filter }: Layer): Uint8Array {
  const flags = new Uint8Array(filter.data.length);
  for (let i = 0; i < flags.length; i++) if (filter.data[i] !== 0) flags[i] = 1;
  return flags;
}

/** A number for each group: `value` of each weight summed over the group that `groupOf` its number says. */
export function sumByGroup(
  { filter }: Layer,
  count: number,
  groupOf: (i: number) => number,
  value: (weight: number) => number,
): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < filter.data.length; i++) sums[groupOf(i)]! += value(filter.data[i]!);
  return sums;
}

/** Root of the mean square of a filter: what makes layers with weights of different sizes comparable. 1 where all are 0. */
export function scaleOf({ filter }: Layer): number {
  let sum = 0;
  for (let i = 0; i < filter.data.length; i++) sum += filter.data[i]! ** 2;
  return Math.sqrt(sum / sizeOf(filter.shape)) || 1;
}
