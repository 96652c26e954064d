import type { Importer, OnnxNode } from "../onnx-node.js";
import { clipTo } from "./clip.js";

type Extreme = "min" | "max";

/** The one number of a constant that broadcasts to any value; undefined for whatever else. */
function bound(node: OnnxNode, name: string): number | undefined {
  const constant = node.scope.constant(name);
  const isNumber = constant?.shape.length === 0 || (constant?.shape.length === 1 && constant.data.length === 1);
  const number = isNumber ? constant!.data[0]! : NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** Operator, attributes and inputs of the extreme of two. */
function extreme(node: OnnxNode, op: Extreme, a: string, b: string): Parameters<OnnxNode["step"]> {
  for (const [value, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const limit = bound(node, other);
    const isValue = node.scope.constant(value) === undefined && node.scope.shape(value).length > 0;
    if (isValue && limit !== undefined) {
      const limits = op === "min" ? { min: -Infinity, max: limit } : { min: limit, max: Infinity };
      return [...clipTo(limits), [value]];
    }
  }
  return [op, {}, [a, b]];
}

/** Any number of inputs, one after the other; a constant number is a bound of a clip. */
export const importExtreme =
  (op: Extreme): Importer =>
  (node) => {
    const [first, ...rest] = node.inputs.map((_, i) => node.floatValue(i));
    const last = rest.pop();
    if (last === undefined) return node.emit("identity", {}, [first!]);
    const sofar = rest.reduce((value, next) => node.step(...extreme(node, op, value, next)), first!);
    node.emit(...extreme(node, op, sofar, last));
  };
