import { ModelError } from "../errors.js";
import { sizeOf } from "../graph/graph.js";
import { type Atoms, countKept, defineOp } from "./op.js";
import { checkIncreasing } from "./positions.js";

export type ScatterAttrs = {
  readonly axis: number;
  /** Where each element along the axis goes; strictly increasing. */
  readonly indices: readonly number[];
  /** Of the axis afterwards. */
  readonly size: number;
};

/** Zeros with the elements of x at these places along one axis: the way back of a gather without repetitions. */
export const scatter = defineOp({
  name: "scatter",
  moves: true,

  infer({ axis, indices, size }: ScatterAttrs, [x]) {
    if (x![axis] === undefined) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
    if (!Number.isInteger(size) || size < 1) throw new ModelError(`size is ${size}, expected 1 or more`);
    checkIncreasing(indices, "indices", size);
    if (indices.length !== x![axis]) {
      throw new ModelError(`${indices.length} indices for axis ${axis}, which has ${x![axis]} elements`);
    }
    return [x!.with(axis, size)];
  },

  evaluate(attrs, [x]) {
    const { axis, indices, size } = attrs;
    const shape = this.infer(attrs, [x!.shape])[0]!;
    const inner = sizeOf(shape.slice(axis + 1));
    const data = new Float64Array(sizeOf(shape));
    for (let at = 0; at < x!.data.length; at++) {
      const index = indices[Math.floor(at / inner) % indices.length]!;
      const outer = Math.floor(at / inner / indices.length);
      data[(outer * size + index) * inner + (at % inner)] = x!.data[at]!;
    }
    return [{ shape, data }];
  },

  /** What is written keeps its number; what is not is new: zeros that nothing makes, as in `pad`. */
  atoms({ axis, indices, size }, [x], channels) {
    const atoms = x![axis];
    if (!atoms) return [x!];
    const output: Atoms = channels.fresh(size);
    indices.forEach((index, i) => (output[index] = atoms[i]!));
    return [x!.with(axis, output)];
  },

  cut({ axis, indices, size }, _inputs, [y]) {
    const mask = y![axis];
    if (!mask) return { axis, indices, size };
    const kept = indices.filter((index) => mask[index]).map((index) => countKept(mask, 0, index));
    return { axis, indices: kept, size: countKept(mask, 0, size) };
  },

  reorder: ({ axis, ...places }, order) => ({ attrs: { axis: order[axis]!, ...places }, order }),

  macs: () => 0,
  lower: (attrs) => ({ layer: { type: "scatter", ...attrs }, reads: [0] }),

  raise(layer) {
    if (layer.type !== "scatter") return undefined;
    const { axis, indices, size } = layer;
    return { attrs: { axis, indices, size }, constants: [] };
  },
});
