import type { ArgAttrs } from "../../ops/arg.js";
import { intAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import { FLOAT } from "../element-types.js";
import type { ExportScope } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

/** ONNX's places are int64; here they are numbers like all others. */
export const importArg =
  (op: "arg-max" | "arg-min"): Importer =>
  (node) => {
    const axis = toAxis(node.attributes.int("axis") ?? 0, node.shape(0).length);
    const keepDims = (node.attributes.int("keepdims") ?? 1) !== 0;
    node.emit(op, { axis, keepDims, last: node.attributes.int("select_last_index") === 1 }, [node.value(0)]);
  };

interface ArgNode {
  readonly attrs: ArgAttrs;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
}

/** A cast makes the int64 places floats, as all values of an exported file are. */
export const exportArg =
  (type: "ArgMax" | "ArgMin") =>
  ({ attrs, inputs, outputs, name }: ArgNode, scope: ExportScope): void => {
    const places = scope.step(type, inputs, `${name}_int64`, [
      intAttribute("axis", attrs.axis),
      intAttribute("keepdims", Number(attrs.keepDims)),
      intAttribute("select_last_index", Number(attrs.last)),
    ]);
    scope.add("Cast", [places], outputs[0]!, name, [intAttribute("to", FLOAT)]);
  };
