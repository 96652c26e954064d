import { makeConstant, scalar } from "../constant.js";
import type { Importer } from "../onnx-node.js";

/** a - b as a + (-b): a constant b is negated once and for all. */
export const importSub: Importer = (node) => {
  const b = node.constant(1);
  const negated = b
    ? node.define(
        `${node.value(1)}_negated`,
        makeConstant(b.kind, b.shape, (i) => -b.data[i]!),
      )
    : node.step("mul", {}, [node.value(1), node.define(`${node.name}_minus`, scalar("float", -1))]);
  node.emit("add", {}, [node.value(0), negated]);
};
