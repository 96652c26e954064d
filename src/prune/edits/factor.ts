import { RequestError } from "../../errors.js";
import { allNames, dropUnused, freshName } from "../../graph/edit.js";
import { formatShape, type Node, sameShape, type Tensor } from "../../graph/graph.js";
import { isOp, makeNode } from "../../ops/index.js";
import { formByName, FORMS } from "../low-rank/forms.js";
import { compose, type FilterShape, type Stage, sizeOfFilter } from "../low-rank/stage.js";
import type { Target } from "../low-rank/target.js";
import { type EditKind, type EditOf, type Filtered, filteredNode } from "./edit.js";
import { packNumbers, unpackNumbers } from "./numbers.js";

/**
 * A convolution or dense layer as a chain of smaller ones. Where `filters` are left out, they are computed from the layer's
 * weights, always in the same way.
 */
export interface FactorEdit extends EditOf<"factor"> {
  /** Of the filter, when the plan was made. */
  readonly shape: readonly number[];
  /** One of `FORMS`. */
  readonly form: string;
  readonly ranks: readonly number[];
  /** Filters of all stages, one after another: float32 as base64. */
  readonly filters?: string;
  /** The last stage's bias, in the same way; left out: the layer's own. */
  readonly bias?: string;
}

const isWhole = (n: unknown) => Number.isSafeInteger(n) && (n as number) > 0;
const isText = (text: unknown) => text === undefined || typeof text === "string";

/** Every node that reads the filter keeps it, but for the one that is named. */
export const factor: EditKind<FactorEdit> = {
  kind: "factor",
  form: "{node, shape: [sizes of the filter], form: its name, ranks: [..], filters?: float32 as base64, bias?: the same}",

  fits: ({ shape, form, ranks, filters, bias }) =>
    Array.isArray(shape) &&
    shape.every(isWhole) &&
    typeof form === "string" &&
    Array.isArray(ranks) &&
    ranks.every(isWhole) &&
    isText(filters) &&
    isText(bias),

  check(edit, graph) {
    const filtered = filteredNode(graph, edit.node);
    const { node, filter } = filtered;
    if (!sameShape(filter.shape, edit.shape)) {
      const shapes = `${formatShape(filter.shape)} here, ${formatShape(edit.shape)} in the plan`;
      throw new RequestError(`the filter is ${shapes}; the plan is another network's`, edit.node);
    }
    if (isOp(node, "conv") && node.attrs.groups !== 1) {
      throw new RequestError(`has ${node.attrs.groups} groups; expected a convolution with one`, edit.node);
    }
    checkRanks(edit);
    const sizes = stageShapes(edit).map(({ shape }) => sizeOfFilter(shape));
    const count = sizes.reduce((sum, size) => sum + size, 0);
    if (edit.filters !== undefined && !unpackNumbers(edit.filters, count))
      throw new RequestError(`expected ${count} finite float32 as base64 in filters`, edit.node);
    if (edit.bias !== undefined && !unpackNumbers(edit.bias, filter.shape[0]!))
      throw new RequestError(`expected ${filter.shape[0]} finite float32 as base64 in bias`, edit.node);
  },

  apply(edit, graph) {
    const filtered = filteredNode(graph, edit.node);
    const { filters, bias } = numbersOf(edit, filtered);
    const taken = allNames(graph);
    const constants = new Map(graph.constants);
    const shapes = stageShapes(edit);
    let x = filtered.node.inputs[0]!;
    const chain = shapes.map((stage, i): Node => {
      const last = i === shapes.length - 1;
      const [name, output] = last
        ? [filtered.node.name, filtered.node.outputs[0]!]
        : [freshName(`${edit.node}.${i + 1}`, taken), freshName(`${filtered.node.outputs[0]}.${i + 1}`, taken)];
      const constant = freshName(`${edit.node}.factor${i + 1}`, taken);
      constants.set(constant, filters[i]!);
      const inputs = [x, constant, ...(last ? biasInput(bias, filtered, constants, taken) : [])];
      x = output;
      return stageNode(filtered.node, stage, inputs, name, output);
    });
    const nodes = graph.nodes.flatMap((node) => (node === filtered.node ? chain : [node]));
    return dropUnused({ ...graph, nodes, constants });
  },

  masked(edit, graph) {
    const filtered = filteredNode(graph, edit.node);
    const { filters, bias } = numbersOf(edit, filtered);
    const stages = stageShapes(edit).map((stage, i): Stage => ({
      ...stage,
      filter: Float64Array.from(filters[i]!.data),
    }));
    const taken = allNames(graph);
    const constant = freshName(`${edit.node}.composed`, taken);
    const constants = new Map(graph.constants).set(constant, {
      shape: edit.shape,
      data: compose(stages).filter,
    });
    const inputs = [filtered.node.inputs[0]!, constant, ...biasInput(bias, filtered, constants, taken)];
    const nodes = graph.nodes.map((node) => (node === filtered.node ? { ...node, inputs } : node));
    return dropUnused({ ...graph, nodes, constants });
  },
};

function checkRanks(edit: FactorEdit): void {
  const form = formByName(edit.form);
  if (!form) {
    throw new RequestError(`no form "${edit.form}"; there is ${FORMS.map(({ name }) => name).join(", ")}`, edit.node);
  }
  const most = form.fullRanks(filterShape(edit.shape));
  if (!most) throw new RequestError(`a ${formatShape(edit.shape)} filter has no form ${edit.form}`, edit.node);
  if (edit.ranks.length !== most.length || edit.ranks.some((rank, i) => rank > most[i]!)) {
    throw new RequestError(`ranks ${edit.ranks.join(", ")}: expected up to ${most.join(", ")}`, edit.node);
  }
}

/** A filter as that of a convolution: a dense layer's is one of 1 x 1. */
export const filterShape = (shape: readonly number[]): FilterShape => [
  shape[0]!,
  shape[1]!,
  shape[2] ?? 1,
  shape[3] ?? 1,
];

const stageShapes = ({ form, shape, ranks }: Pick<FactorEdit, "form" | "shape" | "ranks">) =>
  formByName(form)!.stages(filterShape(shape), ranks);

/** A layer's own weights, as what is to be reproduced. */
export function weightsAsTarget({ shape, data }: Tensor): Target {
  const scale = new Float64Array(shape[0]!).fill(1);
  return { shape: filterShape(shape), weights: Float64Array.from(data), products: undefined, scale };
}

/** Filters as they are laid out in the graph, and the bias where it is not the layer's own. */
function numbersOf(edit: FactorEdit, { node, filter }: Filtered) {
  const shapes = stageShapes(edit);
  const sizes = shapes.map(({ shape }) => sizeOfFilter(shape));
  const all =
    edit.filters === undefined
      ? factorsOf(edit, filter)
      : unpackNumbers(
          edit.filters,
          sizes.reduce((sum, size) => sum + size, 0),
        )!;
  let from = 0;
  const filters = shapes.map(({ shape }, i): Tensor => {
    const data = all.slice(from, (from += sizes[i]!));
    return { shape: isOp(node, "gemm") ? shape.slice(0, 2) : shape, data };
  });
  const bias = edit.bias === undefined ? undefined : unpackNumbers(edit.bias, edit.shape[0]!)!;
  return { filters, bias };
}

function factorsOf({ form, ranks }: FactorEdit, filter: Tensor): Float32Array {
  return joined(formByName(form)!.factorise(weightsAsTarget(filter), ranks));
}

/** The filters of all stages, one after another. */
function joined(stages: readonly Stage[]): Float32Array {
  const all = new Float32Array(stages.reduce((sum, { filter }) => sum + filter.length, 0));
  let at = 0;
  for (const { filter } of stages) {
    all.set(filter, at);
    at += filter.length;
  }
  return all;
}

function biasInput(
  bias: Float32Array | undefined,
  { node }: Filtered,
  constants: Map<string, Tensor>,
  taken: Set<string>,
): readonly string[] {
  if (!bias) return node.inputs.slice(2);
  const name = freshName(`${node.name}.bias`, taken);
  constants.set(name, { shape: [bias.length], data: bias });
  return [name];
}

/** The stage takes the layer's stride, padding and dilation along the axes in which it slides. */
function stageNode(
  node: Filtered["node"],
  { slides, groups }: Pick<Stage, "slides" | "groups">,
  inputs: readonly string[],
  name: string,
  output: string,
): Node {
  if (!isOp(node, "conv")) return { ...makeNode("gemm", {}, inputs, name), outputs: [output] };
  const { strides, dilations, pads } = node.attrs;
  const [rows, columns] = slides;
  const attrs = {
    strides: [rows ? strides[0] : 1, columns ? strides[1] : 1],
    dilations: [rows ? dilations[0] : 1, columns ? dilations[1] : 1],
    pads: [rows ? pads[0] : 0, columns ? pads[1] : 0, rows ? pads[2] : 0, columns ? pads[3] : 0],
    groups,
  } as const;
  return { ...makeNode("conv", attrs, inputs, name), outputs: [output] };
}

/** The edit with filters, and a bias where there is one, as data. */
export function factorEdit(
  { node, filter }: Pick<Filtered, "node" | "filter">,
  form: string,
  ranks: readonly number[],
  fitted?: { readonly stages: readonly Stage[]; readonly bias: ArrayLike<number> },
): FactorEdit {
  const edit = { kind: "factor", node: node.name, shape: filter.shape, form, ranks } as const;
  if (!fitted) return edit;
  return { ...edit, filters: packNumbers(joined(fitted.stages)), bias: packNumbers(fitted.bias) };
}
