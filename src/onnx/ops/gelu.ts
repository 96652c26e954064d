import { ModelError } from "../../errors.js";
import { textAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importGelu: Importer = (node) => {
  const approximate = node.attributes.text("approximate") ?? "none";
  if (approximate !== "none" && approximate !== "tanh") {
    throw new ModelError(`approximate is "${approximate}", expected "none" or "tanh"`);
  }
  node.emit(approximate === "none" ? "gelu" : "gelu-tanh", {}, [node.value(0)]);
};

export const exportGelu =
  <K extends "gelu" | "gelu-tanh">(approximate: "none" | "tanh"): Exporter<K> =>
  ({ inputs, outputs, name }, scope) =>
    scope.add("Gelu", inputs, outputs[0]!, name, [textAttribute("approximate", approximate)]);
