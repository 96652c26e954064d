/**
 * A network as what its time depends on: for each group of layers that one kernel computes, its form, which pruning does not change,
 * and its sizes, which it does.
 */
import type { Layer, LayerOp, Network, Positions, Weights } from "../gen/network.js";
import { fuse, type Group } from "../runtime/fuse.js";
import type { OpOf, RuleOf } from "../runtime/layers/layer.js";
import { type Shape, sizeOf } from "../runtime/shape.js";
import type { Checked } from "../runtime/verify.js";

export interface TimedLayer {
  /** The name of the layer whose kernel does the work. */
  readonly name: string;
  /** Two layers of one form and equal sizes take equal time: `convolution 1x32x32 3x3 strides 1x1 pads 1x1x1x1`. */
  readonly form: string;
  /** With a filter the channels (features) that it reads and writes; of all other layers one number, the elements read and written. */
  readonly sizes: readonly number[];
  /** On how many of its sizes its time depends: 2 with a filter, 1 where each channel has filters of its own, 0 without filters. */
  readonly axes: 0 | 1 | 2;
  /** By axis: whether it is one of the network's inputs or outputs, which nothing prunes. */
  readonly fixed: readonly boolean[];
  /** The layer itself, and the shape of what it reads first: of a gather that runs with it, what that takes. */
  readonly op: LayerOp;
  readonly input: Shape;
}

/** The groups in the order in which they run, as `Session.layers` has them; groups that need no step are among them. */
export function timedLayers(network: Network, checked: Checked): TimedLayer[] {
  return fuse(network, checked).map((group) => describe(network, checked, group));
}

function describe(network: Network, { shapes, ruleOf }: Checked, group: Group): TimedLayer {
  const layer = network.layers[group.worker]!;
  const { op, name } = layer;
  const input = shapes[layer.inputs[0]!]!;
  const ends = [group.inputs[0]! < network.inputs.length, network.outputs.some((o) => o.value === group.output)];
  if (hasFilter(op)) {
    const described = (FILTERS[op.type] as FilterRule<FilterType>).describe(op, input);
    const fixed = described.axes === 1 ? [ends.includes(true)] : ends;
    return { name, ...described, fixed, op, input };
  }
  const values = [...group.inputs, ...(group.residual === undefined ? [] : [group.residual]), group.output];
  const elements = values.reduce((sum, value) => sum + sizeOf(shapes[value]!), 0);
  return { name, form: plainForm(layer, ruleOf), sizes: [elements], axes: 0, fixed: [], op, input };
}

/** `pool average`, `binary add`, `softmax`; `view` where nothing runs. */
function plainForm({ op }: Layer, ruleOf: RuleOf): string {
  if (ruleOf(op.type).view) return "view";
  return "kind" in op ? `${op.type} ${op.kind}` : op.type;
}

type FilterType = "convolution" | "transposedConvolution" | "dense";

interface FilterRule<T extends FilterType> {
  describe(op: OpOf<T>, input: Shape): Pick<TimedLayer, "form" | "sizes" | "axes">;
  /** The same layer at other sizes, with weights of its own. */
  resize(op: OpOf<T>, sizes: readonly number[], make: (shape: Shape) => Weights): OpOf<T>;
  /** The shape of what it then reads. */
  input(input: Shape, width: number): Shape;
}

const hasFilter = (op: LayerOp): op is OpOf<FilterType> => Object.hasOwn(FILTERS, op.type);

const FILTERS: { readonly [T in FilterType]: FilterRule<T> } = {
  convolution: {
    describe: (op, input) => describeWindow(op, input, op.filter.shape[0]!),
    resize: (op, sizes, make) => {
      const { groups, inputs, outputs } = widthsOf(op, sizes, op.filter.shape[0]! / op.groups);
      const filter = make([outputs, inputs / groups, ...op.filter.shape.slice(2)]);
      return { ...op, groups, filter, bias: op.bias && make([outputs]) };
    },
    input: ([n, , ...pixels], width) => [n!, width, ...pixels],
  },
  transposedConvolution: {
    describe: (op, input) => describeWindow(op, input, op.filter.shape[1]! * op.groups),
    resize: (op, sizes, make) => {
      const { groups, inputs, outputs } = widthsOf(op, sizes, op.filter.shape[1]!);
      const filter = make([inputs, outputs / groups, ...op.filter.shape.slice(2)]);
      return { ...op, groups, filter, bias: op.bias && make([outputs]) };
    },
    input: ([n, , ...pixels], width) => [n!, width, ...pixels],
  },
  dense: {
    describe: ({ filter }, input) => ({
      form: `dense ${sizeOf(input) / filter.shape[1]!} rows`,
      sizes: [filter.shape[1]!, filter.shape[0]!],
      axes: 2,
    }),
    resize: (op, [inputs, outputs], make) => ({
      ...op,
      filter: make([outputs!, inputs!]),
      bias: op.bias && make([outputs!]),
    }),
    input: (input, width) => [...input.slice(0, -1), width],
  },
};

/** One size is that of a layer whose channels have filters of their own, `perGroup` each. */
function widthsOf(op: { readonly groups: number }, [inputs, outputs]: readonly number[], perGroup: number) {
  if (outputs === undefined) return { groups: inputs!, inputs: inputs!, outputs: inputs! * perGroup };
  return { groups: op.groups, inputs: inputs!, outputs };
}

function describeWindow(
  op: OpOf<"convolution" | "transposedConvolution">,
  input: Shape,
  outputs: number,
): Pick<TimedLayer, "form" | "sizes" | "axes"> {
  const [n, inputs, ...pixels] = input as [number, number, ...number[]];
  const { type, strides, dilations, pads, groups, filter } = op;
  const channelwise = groups > 1 && groups === inputs;
  const words = [
    type,
    [n, ...pixels].join("x"),
    filter.shape.slice(2).join("x"),
    `strides ${strides.join("x")}`,
    ...(dilations.some((dilation) => dilation > 1) ? [`dilations ${dilations.join("x")}`] : []),
    `pads ${pads.join("x")}`,
    ...("outputPadding" in op ? [`output pads ${op.outputPadding.join("x")}`] : []),
    ...("positions" in op && op.positions ? [`computed ${describePositions(op.positions)}`] : []),
    ...(channelwise ? [`${outputs / inputs} for each channel`] : groups > 1 ? [`${groups} groups`] : []),
  ];
  return { form: words.join(" "), sizes: [inputs, outputs], axes: channelwise ? 1 : 2 };
}

/** `0,2,4 x 1,3`, or the bits of single pixels as they are stored. */
function describePositions({ rows, columns, pixels }: Positions): string {
  if (pixels.length === 0) return `${rows.join()} x ${columns.join()}`;
  return Array.from(pixels, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Greatest number that all widths of a layer's sizes are multiples of, whatever is pruned. */
export function groupsOf({ op, axes }: TimedLayer): number {
  return "groups" in op && axes === 2 ? op.groups : 1;
}

/** A layer with a filter at other sizes, and the shape of what it reads there. */
export function layerAt({ op, input }: TimedLayer, sizes: readonly number[], make: (shape: Shape) => Weights) {
  const rule = FILTERS[(op as OpOf<FilterType>).type] as FilterRule<FilterType>;
  return { op: rule.resize(op as OpOf<FilterType>, sizes, make), input: rule.input(input, sizes[0]!) };
}
