import type { OpName } from "../../ops/index.js";
import type { ReductionAttrs } from "../../ops/reduction.js";
import { intAttribute, intsAttribute } from "../attributes.js";
import type { ExportScope } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { readReduction } from "./reduce-mean.js";

/** Our reductions that ONNX has, the mean excepted. */
export type Reduction = Extract<OpName, `reduce-${string}`>;

/** A scalar has no axes to reduce; it becomes a list of one first. */
export const importReduction =
  (op: Exclude<Reduction, "reduce-mean">): Importer =>
  (node) => {
    const attrs = readReduction(node);
    if (!attrs) return node.emit("identity", {}, [node.value(0)]);
    if (attrs.axes.length > 0) return node.emit(op, attrs, [node.value(0)]);
    node.emit(op, { axes: [0], keepDims: false }, [node.step("reshape", { shape: [1] }, [node.value(0)])]);
  };

interface ReductionNode {
  readonly attrs: ReductionAttrs;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
}

/** Axes are an attribute before the opset `asInput`, an input since. */
export const exportReduction =
  (type: string, asInput: 13 | 18) =>
  ({ attrs, inputs, outputs, name }: ReductionNode, scope: ExportScope): void => {
    const keep = intAttribute("keepdims", Number(attrs.keepDims));
    if (scope.opset < asInput) {
      return scope.add(type, inputs, outputs[0]!, name, [intsAttribute("axes", attrs.axes), keep]);
    }
    scope.add(type, [inputs[0]!, scope.ints(`${name}_axes`, attrs.axes)], outputs[0]!, name, [keep]);
  };
