import { ModelError } from "../errors.js";
import { formatShape, sizeOf } from "../graph/graph.js";
import { type Atoms, defineOp, FIXED } from "./op.js";

export type ConcatAttrs = { readonly axis: number };

/** Inputs one behind the other along `axis`; all other axes agree. */
export const concat = defineOp({
  name: "concat",
  moves: true,

  infer({ axis }: ConcatAttrs, inputs) {
    const [first] = inputs;
    for (const shape of inputs) {
      if (shape.length !== first!.length || shape.some((size, i) => i !== axis && size !== first![i])) {
        throw new ModelError(`${formatShape(shape)} cannot follow ${formatShape(first!)} along axis ${axis}`);
      }
    }
    const total = inputs.reduce((sum, shape) => sum + shape[axis]!, 0);
    return [first!.map((size, i) => (i === axis ? total : size))];
  },

  evaluate(attrs, inputs) {
    const shape = this.infer(
      attrs,
      inputs.map((x) => x.shape),
    )[0]!;
    const data = new Float64Array(sizeOf(shape));
    const inner = sizeOf(shape.slice(attrs.axis + 1));
    const outer = sizeOf(shape.slice(0, attrs.axis));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const x of inputs) {
        const run = x.shape[attrs.axis]! * inner;
        for (let i = 0; i < run; i++) data[at++] = x.data[o * run + i]!;
      }
    }
    return [{ shape, data }];
  },

  atoms({ axis }, inputs, channels) {
    const joined = inputs.map((x, i) => x[axis] ?? new Int32Array(channels.shape(i)[axis]!).fill(FIXED));
    inputs.forEach((_, i) => channels.own(i, axis, null, "parameter"));
    const output = inputs[0]!.map((_, i): Atoms | null => {
      if (i === axis)
        return inputs.some((x) => x[axis] !== null) ? Int32Array.from(joined.flatMap((a) => [...a])) : null;
      const tracked = inputs.map((x) => x[i]!).filter((atoms) => atoms !== null);
      if (tracked.length === 0) return null;
      inputs.forEach((x, k) => {
        if (channels.isConstant(k)) channels.own(k, i, tracked[0], "parameter");
        else if (x[i] === null)
          channels.freeze(tracked[0], "concatenated along another axis with a value of fixed width");
        else channels.join(tracked[0]!, x[i]!, "structure");
      });
      return tracked[0]!;
    });
    return [output];
  },

  reorder: ({ axis }, order) => ({ attrs: { axis: order[axis]! }, order }),
  macs: () => 0,

  lower({ axis }, inputs) {
    if (inputs.some((x) => x.constant)) throw new ModelError("joining a constant to a value is not supported");
    return { layer: { type: "concat", axis }, reads: inputs.map((_, i) => i) };
  },

  raise: (layer) => (layer.type === "concat" ? { attrs: { axis: layer.axis }, constants: [] } : undefined),
});
