import { ModelError } from "../../errors.js";
import { elementType } from "../element-types.js";
import type { Importer } from "../onnx-node.js";

/** Computed values are float32 throughout: a cast to another float type changes nothing here, one to integers cannot be. */
export const importCast: Importer = (node) => {
  const { name, kind } = elementType(node.attributes.int("to") ?? 0);
  if (kind !== "float" && kind !== "double") {
    throw new ModelError(`casts a computed value to ${name}; only constants and shapes can be integers`);
  }
  node.emit("identity", {}, [node.value(0)]);
};
