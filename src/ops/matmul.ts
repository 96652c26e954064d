import { ModelError } from "../errors.js";
import { formatShape, sameShape, sizeOf } from "../graph/graph.js";
import { defineOp } from "./op.js";

/** Matrix product of two computed values over their last two axes; the axes in front are equal. (A constant factor is a `gemm`.) */
export const matmul = defineOp({
  name: "matmul",

  infer(_attrs: {}, [a, b]) {
    const fits =
      a!.length >= 2 &&
      b!.length === a!.length &&
      sameShape(a!.slice(0, -2), b!.slice(0, -2)) &&
      a!.at(-1) === b!.at(-2);
    if (!fits) throw new ModelError(`no matrix product of ${formatShape(a!)} and ${formatShape(b!)}`);
    return [[...a!.slice(0, -1), b!.at(-1)!]];
  },

  evaluate(attrs, [a, b]) {
    const shape = this.infer(attrs, [a!.shape, b!.shape])[0]!;
    const [m, n, k] = [shape.at(-2)!, shape.at(-1)!, a!.shape.at(-1)!];
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
      const [column, row, batch] = [at % n, Math.floor(at / n) % m, Math.floor(at / n / m)];
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a!.data[(batch * m + row) * k + i]! * b!.data[(batch * k + i) * n + column]!;
      return sum;
    });
    return [{ shape, data }];
  },

  atoms(_attrs, [a, b], channels) {
    const rank = a!.length;
    const meet = (p: Int32Array | null, q: Int32Array | null) => {
      if (p && q) channels.join(p, q, "structure");
      else channels.freeze(p ?? q, "multiplied with a matrix of fixed size");
    };
    meet(a![rank - 1]!, b![rank - 2]!);
    a!.slice(0, -2).forEach((atoms, axis) => meet(atoms, b![axis]!));
    return [[...a!.slice(0, -1), b![rank - 1]!]];
  },

  macs: (_attrs, [a, b]) => sizeOf(a!) * b!.at(-1)!,

  lower(_attrs, inputs) {
    if (inputs.some((x) => x.constant)) throw new ModelError("a constant factor belongs into a gemm");
    return { layer: { type: "matmul" }, reads: [0, 1] };
  },

  raise: (layer) => (layer.type === "matmul" ? { attrs: {}, constants: [] } : undefined),
});
