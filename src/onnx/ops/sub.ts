import { makeConstant } from "../constant.js";
import type { Importer } from "../onnx-node.js";
import { operands } from "../operands.js";

/** A constant that is taken away is negated once and for all and added, so that it can be folded like any other. */
export const importSub: Importer = (node) => {
  const [x, y] = operands(node);
  const b = node.scope.constant(y);
  if (!b) return node.emit("sub", {}, [x, y]);
  const negated = makeConstant(b.kind, b.shape, (i) => -b.data[i]!);
  node.emit("add", {}, [x, node.define(`${y}_negated`, negated)]);
};
