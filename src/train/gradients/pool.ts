/** Pooling and means. */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { sizeOf } from "../../graph/graph.js";
import type { AnyOp, LayerSpec } from "../../ops/op.js";
import { geometryOf, stepNumbers } from "../../runtime/geometry.js";
import { poolShares } from "../../runtime/layers/pool.js";
import { ModelError } from "../../errors.js";
import { defineGradient, type Gradient } from "./gradient.js";
import { copyOrZero } from "./pieces.js";

type Pool = Extract<LayerSpec, { type: "pool" }>;
type Reduce = Extract<LayerSpec, { type: "reduce" }>;

/** The gradient of an operator that lowers to a pooling layer. */
export function pool(op: AnyOp): Gradient<object> {
  return defineGradient<object>({
    parameters: {},
    clamps: true,
    backward({ attrs, records, inputs, dy, gradient }) {
      const { kind, countPadding, ...window } = op.lower(attrs, []).layer as Pool;
      const { shape, place: x } = inputs[0]!;
      const g = geometryOf(shape, shape[1]!, window.kernel, window, window.ceil);
      const { bottom: _bottom, right: _right, ...numbers } = stepNumbers(g);
      gradient(0, (y, z) => {
        copyOrZero(records, y, z, sizeOf(shape));
        const fields = { ...numbers, g: dy.place, y };
        if (kind === "max") return records.each(TrainingKernel.MaxPoolGradient, { ...fields, x });
        const table = poolShares(g, countPadding, records.constants);
        records.each(TrainingKernel.AveragePoolGradient, { ...fields, table });
      });
    },
  });
}

/** The gradient of an operator that lowers to a mean over neighbouring axes. */
export function mean(op: AnyOp): Gradient<object> {
  return defineGradient<object>({
    parameters: {},
    clamps: true,
    backward({ attrs, records, inputs, dy, gradient }) {
      const { shape } = inputs[0]!;
      const { axes } = op.lower(attrs, [{ shape, constant: undefined }]).layer as Reduce;
      if (axes.some((axis, i) => i > 0 && axis !== axes[i - 1]! + 1)) {
        throw new ModelError(`trains through means over neighbouring axes, these are [${axes.join(", ")}]`);
      }
      const [first, last] = [axes[0] ?? 0, axes.at(-1) ?? -1];
      const oc = sizeOf(shape.slice(0, first));
      const ic = sizeOf(shape.slice(first, last + 1));
      const ow = sizeOf(shape.slice(last + 1));
      gradient(0, (y, z) => records.each(TrainingKernel.SpreadMean, { g: dy.place, y, z, oc, ic, ow }));
    },
  });
}
