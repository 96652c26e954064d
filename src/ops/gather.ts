import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { countKept, defineOp } from "./op.js";

export type GatherAttrs = {
  readonly axis: number;
  /** Inside the axis; each may occur several times. */
  readonly indices: readonly number[];
  /**
   * Whether what is taken may be chosen anew: its channels are other ones than the input's, so that pruning may leave some out here
   * while the input keeps them all.
   */
  readonly samples?: true;
};

/** The elements with these numbers along one axis: permutations and repetitions of channels. */
export const gather = defineOp({
  name: "gather",

  infer({ axis, indices }: GatherAttrs, [x]) {
    const size = x![axis];
    if (size === undefined) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    if (indices.length === 0) throw new ModelError(`nothing is taken of axis ${axis}`);
    const wrong = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < size));
    if (wrong !== undefined) throw new ModelError(`element ${wrong} of axis ${axis}, which has ${size}`);
    return [x!.with(axis, indices.length)];
  },

  evaluate(attrs, [x]) {
    const { axis, indices } = attrs;
    const shape = this.infer(attrs, [x!.shape])[0]!;
    const [size, inner] = [x!.shape[axis]!, sizeOf(shape.slice(axis + 1))];
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
      const index = indices[Math.floor(at / inner) % indices.length]!;
      const outer = Math.floor(at / inner / indices.length);
      return x!.data[(outer * size + index) * inner + (at % inner)]!;
    });
    return [{ shape, data }];
  },

  atoms({ axis, indices, samples }, [x], channels) {
    if (samples && x![axis]) {
      channels.freeze(x![axis], "chooses among them");
      return [x!.with(axis, channels.fresh(indices.length))];
    }
    return [x!.map((atoms, i) => (atoms && i === axis ? Int32Array.from(indices, (index) => atoms[index]!) : atoms))];
  },

  cut(attrs, [x], [y]) {
    const { axis, indices } = attrs;
    const [read, taken] = [x![axis], y![axis]];
    const left = taken ? indices.filter((_, i) => taken[i]) : indices;
    return { ...attrs, indices: read ? left.map((index) => countKept(read, 0, index)) : left };
  },

  reorder: (attrs, order) => ({ attrs: { ...attrs, axis: order[attrs.axis]! }, order }),

  macs: () => 0,
  lower: ({ axis, indices }) => ({ layer: { type: "gather", axis, indices }, reads: [0] }),
  raise: (layer) =>
    layer.type === "gather" ? { attrs: { axis: layer.axis, indices: layer.indices }, constants: [] } : undefined,
});
