/** Elementwise formulas: the gradient is the slope at x times that of the output. Clamps read what they gave instead. */
import { Unary } from "../../../assembly/abi.js";
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { sizeOf } from "../../graph/graph.js";
import type { AnyOp, LayerSpec } from "../../ops/op.js";
import type { Clamp } from "../records.js";
import { defineGradient, type Gradient } from "./gradient.js";

type Formula = Extract<LayerSpec, { type: "unary" }>;

/** The gradient of an operator made by `defineUnary`, which must have a slope (assembly/training/kernels/slopes.ts). */
export function unary(op: AnyOp): Gradient<object> {
  return defineGradient<object>({
    parameters: {},
    clamps: false,
    backward({ attrs, records, inputs, dy, gradient }) {
      const { kind, alpha, beta } = op.lower(attrs, []).layer as Formula;
      const [x, g] = [inputs[0]!.place, dy.place];
      const fields = { x, g, count: sizeOf(dy.shape), mode: Unary[kind], alpha, beta };
      gradient(0, (y, z) => records.each(TrainingKernel.UnaryGradient, { ...fields, y, z }), "last");
    },
  });
}

/** The gradient of an operator that only clamps. */
export function clamped(op: AnyOp): Gradient<object> {
  const clamp = (attrs: object): Clamp => {
    const { min, max } = op.lower(attrs, []).layer as Extract<LayerSpec, { type: "clip" }>;
    return { lo: min, hi: max };
  };
  return defineGradient<object>({
    parameters: {},
    clamp,
    clamps: false,
    backward({ attrs, records, output, dy, gradient }) {
      const { lo, hi } = clamp(attrs);
      const fields = { x: output.place, g: dy.place, count: sizeOf(dy.shape), alpha: lo, beta: hi };
      gradient(0, (y, z) => records.each(TrainingKernel.ClipGradient, { ...fields, y, z }), "last");
    },
  });
}
