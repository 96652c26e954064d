import { type Constant, makeConstant } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** Whether 1 / b is an ordinary float32 number for each b. */
function isInvertible({ data }: Constant): boolean {
  return data.every((b: number) => Math.abs(b) > 1e-37 && Math.abs(b) < 1e37);
}

/** Division by a constant is a product with 1 / b: one rounding more. Quotients of integers lose their fraction. */
export const importDiv: Importer = (node) => {
  const b = node.constant(1);
  if (node.isWhole(0)) {
    const quotient = node.step("div", {}, [node.floatValue(0), node.floatValue(1)]);
    return node.emit("trunc", {}, [quotient]);
  }
  if (!b || !isInvertible(b)) return node.emit("div", {}, [node.floatValue(0), node.floatValue(1)]);
  const inverse = makeConstant(b.kind, b.shape, (i) => 1 / b.data[i]!);
  node.emit("mul", {}, [node.floatValue(0), node.define(`${node.value(1)}_inverse`, inverse)]);
};
