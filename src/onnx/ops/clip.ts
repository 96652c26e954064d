import { ModelError } from "../../errors.js";
import type { ClipAttrs } from "../../ops/clip.js";
import type { AttrsOf } from "../../ops/index.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Attributes before opset 11, inputs since. Undefined where there is no bound. */
function bound(node: OnnxNode, name: "min" | "max", input: number): number | undefined {
  return node.attributes.float(name) ?? node.number(input);
}

/** Operator and attributes; from 0 up it has a name of its own. */
export function clipTo(limits: ClipAttrs): readonly ["relu" | "clip", AttrsOf<"relu" | "clip">] {
  return limits.min === 0 && limits.max === Infinity ? ["relu", {}] : ["clip", limits];
}

export const importClip: Importer = (node) => {
  const min = bound(node, "min", 1) ?? -Infinity;
  const max = bound(node, "max", 2) ?? Infinity;
  if (Number.isNaN(min) || Number.isNaN(max)) throw new ModelError(`clips to ${min} .. ${max}`);
  // Exporters write the largest float where they mean "no bound".
  const limits = { min: min <= -LARGEST_FLOAT32 ? -Infinity : min, max: max >= LARGEST_FLOAT32 ? Infinity : max };
  const [op, attrs] = clipTo(limits);
  node.emit(op, attrs, [node.value(0)]);
};

export const exportClip: Exporter<"clip"> = ({ attrs, inputs, outputs, name }, scope) => {
  const limit = (which: "min" | "max") =>
    Number.isFinite(attrs[which])
      ? scope.floats(`${name}_${which}`, { shape: [], data: Float32Array.of(attrs[which]) })
      : "";
  const limits = [limit("min"), limit("max")];
  // An empty name is an input left out; at the end it is not written at all.
  while (limits.at(-1) === "") limits.pop();
  scope.add("Clip", [inputs[0]!, ...limits], outputs[0]!, name);
};
