import { type Constant, makeConstant } from "../constant.js";
import type { Importer } from "../onnx-node.js";
import { operands } from "../operands.js";

/** Whether 1 / b is an ordinary float32 number for each b. */
function isInvertible({ data }: Constant): boolean {
  return data.every((b: number) => Math.abs(b) > 1e-37 && Math.abs(b) < 1e37);
}

/** Division by a constant is a product with 1 / b: one rounding more. Quotients of integers lose their fraction. */
export const importDiv: Importer = (node) => {
  const [x, y] = operands(node);
  const b = node.scope.constant(y);
  if (node.isWhole(0)) return node.emit("trunc", {}, [node.step("div", {}, [x, y])]);
  if (!b || !isInvertible(b)) return node.emit("div", {}, [x, y]);
  const inverse = makeConstant(b.kind, b.shape, (i) => 1 / b.data[i]!);
  node.emit("mul", {}, [x, node.define(`${y}_inverse`, inverse)]);
};
