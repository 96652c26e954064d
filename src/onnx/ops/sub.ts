import { makeConstant } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** A constant that is taken away is negated once and for all and added, so that it can be folded like any other. */
export const importSub: Importer = (node) => {
  const b = node.constant(1);
  if (!b) return node.emit("sub", {}, [node.floatValue(0), node.floatValue(1)]);
  const negated = makeConstant(b.kind === "double" ? "double" : "float", b.shape, (i) => -b.data[i]!);
  node.emit("add", {}, [node.floatValue(0), node.define(`${node.value(1)}_negated`, negated)]);
};
