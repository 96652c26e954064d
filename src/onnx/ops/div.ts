import { makeConstant } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** a / b for a constant b, as a * (1 / b): differs from a division by one rounding of 1 / b. */
export const importDiv: Importer = (node) => {
  const b = node.needConstant(1);
  const inverse = makeConstant(b.kind, b.shape, (i) => 1 / b.data[i]!);
  node.emit("mul", {}, [node.value(0), node.define(`${node.value(1)}_inverse`, inverse)]);
};
