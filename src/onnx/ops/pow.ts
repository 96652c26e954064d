import type { Importer, OnnxNode } from "../onnx-node.js";
import { operands } from "../operands.js";

/** Exponents that are arithmetic: how to make the power of a value. */
const ARITHMETIC: ReadonlyMap<number, (node: OnnxNode, x: string) => void> = new Map([
  [1, (node: OnnxNode, x: string) => node.emit("identity", {}, [x])],
  [2, (node: OnnxNode, x: string) => node.emit("mul", {}, [x, x])],
  [3, (node: OnnxNode, x: string) => node.emit("mul", {}, [node.step("mul", {}, [x, x]), x])],
]);

/** The same for exponents whose powers are no whole numbers. */
const ROOTS: ReadonlyMap<number, (node: OnnxNode, x: string) => void> = new Map([
  [-1, (node: OnnxNode, x: string) => node.emit("reciprocal", {}, [x])],
  [0.5, (node: OnnxNode, x: string) => node.emit("sqrt", {}, [x])],
  [-0.5, (node: OnnxNode, x: string) => node.emit("reciprocal", {}, [node.step("sqrt", {}, [x])])],
]);

/** Integers to a power stay integers: the fraction is cut off. */
export const importPow: Importer = (node) => {
  const x = node.floatValue(0, true);
  const y = node.constant(1) ? node.floatValue(1, true) : operands(node)[1];
  const isWhole = node.isWhole(0);
  const exponent = node.constant(1);
  const isNumber = exponent?.data.length === 1 && exponent.shape.length <= node.shape(0).length;
  const number = isNumber ? exponent.data[0]! : NaN;
  const emit = ARITHMETIC.get(number) ?? (isWhole ? undefined : ROOTS.get(number));
  if (emit) return emit(node, x);
  if (isWhole) node.emit("trunc", {}, [node.step("pow", {}, [x, y])]);
  else node.emit("pow", {}, [x, y]);
};
