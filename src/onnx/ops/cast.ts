import { ModelError } from "../../errors.js";
import { intAttribute } from "../attributes.js";
import { elementType, FLOAT, INT64 } from "../element-types.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

/** Computed values are float32 throughout: a cast to another float type changes nothing, one to integers cuts the fraction off. */
export const importCast: Importer = (node) => {
  const to = node.attributes.int("to") ?? 0;
  const { name, kind } = elementType(to);
  if (kind === "bool") throw new ModelError("casts a computed value to bool; only constants can be");
  if (kind !== "int") {
    if (to !== FLOAT) node.scope.notes.push(`"${node.name}" casts to ${name}; computed values stay float32`);
    return node.emit("identity", {}, [node.value(0)]);
  }
  node.emit(node.isWhole(0) ? "identity" : "trunc", {}, [node.value(0)]);
};

/** ONNX has no operator that cuts fractions off; a cast to integers and back does. */
export const exportTrunc: Exporter<"trunc"> = ({ inputs, outputs, name }, scope) => {
  const whole = scope.step("Cast", inputs, `${name}_whole`, [intAttribute("to", INT64)]);
  scope.add("Cast", [whole], outputs[0]!, name, [intAttribute("to", FLOAT)]);
};
