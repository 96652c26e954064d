/** The two operands of arithmetic, as older opsets and newer ones align them. */
import { reshaped } from "./constant.js";
import type { OnnxNode } from "./onnx-node.js";

/** The opset from which on operands broadcast from the right, as numpy has it. */
const NUMPY_BROADCAST = 7;

/** Input number `input` with axis 0 at `axis` of a value with `rank` axes. */
export function alignedAt(node: OnnxNode, input: number, axis: number, rank: number): string {
  const [name, from] = [node.floatValue(input), node.shape(input)];
  const behind = rank - axis - from.length;
  if (behind <= 0) return name;
  const shape = [...from, ...Array<number>(behind).fill(1)];
  const constant = node.scope.constant(name);
  if (constant) return node.define(`${name}_aligned`, reshaped(constant, shape));
  return node.step("reshape", { shape }, [name]);
}

/** Before opset 7 the second operand's first axis stands at `axis` of the first one, where that is given. */
export function operands(node: OnnxNode): readonly [a: string, b: string] {
  const a = node.floatValue(0);
  const rank = node.shape(0).length;
  const axis = node.opset < NUMPY_BROADCAST ? node.attributes.int("axis") : undefined;
  if (axis === undefined) return [a, node.floatValue(1)];
  return [a, alignedAt(node, 1, axis < 0 ? axis + rank : axis, rank)];
}
