/** Arithmetic and comparisons on constants, broadcast as numpy does. */
import { ModelError } from "../../errors.js";
import { broadcastIndex, broadcastShape } from "../../ops/broadcast.js";
import { roundHalfEven } from "../../ops/round.js";
import { type Constant, type Kind, makeConstant } from "../constant.js";
import { elementType } from "../element-types.js";
import type { OnnxNode } from "../onnx-node.js";
import type { Fold } from "./index.js";

type Combine = (a: number, b: number) => number;

function combine(a: Constant, b: Constant, kind: Kind, f: Combine): Constant {
  const shape = broadcastShape(a.shape, b.shape);
  const [fromA, fromB] = [broadcastIndex(shape, a.shape), broadcastIndex(shape, b.shape)];
  return makeConstant(kind, shape, (i) => f(a.data[fromA(i)]!, b.data[fromB(i)]!));
}

/** Any number of operands, from the left; the result is of the first one's kind. */
const arithmetic =
  (f: Combine, exact: Combine = f): Fold =>
  (node) => {
    const [first, ...rest] = node.inputs.map((_, i) => node.needConstant(i));
    if (!first) throw new ModelError("has no inputs");
    return rest.reduce((sofar, next) => combine(sofar, next, first.kind, first.kind === "int" ? exact : f), first);
  };

const comparison =
  (f: (a: number, b: number) => boolean): Fold =>
  (node) =>
    combine(node.needConstant(0), node.needConstant(1), "bool", (a, b) => Number(f(a, b)));

const unary =
  (f: (a: number) => number): Fold =>
  (node) => {
    const { kind, shape, data } = node.needConstant(0);
    return makeConstant(kind, shape, (i) => f(data[i]!));
  };

/** Integer division truncates toward zero. */
function divideExactly(a: number, b: number): number {
  if (b === 0) throw new ModelError(`divides the integer ${a} by 0`);
  return Math.trunc(a / b);
}

/** With `fmod` the sign is the dividend's, as in C, else the divisor's, as in Python. */
function modulo(node: OnnxNode): Combine {
  if (node.attributes.int("fmod")) return (a, b) => a % b;
  return (a, b) => a - Math.floor(a / b) * b;
}

function where(node: OnnxNode): Constant {
  const [condition, a, b] = [node.needConstant(0), node.needConstant(1), node.needConstant(2)];
  const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape));
  const [fromCondition, fromA, fromB] = [condition, a, b].map((c) => broadcastIndex(shape, c.shape));
  return makeConstant(a.kind, shape, (i) =>
    condition.data[fromCondition!(i)]! ? a.data[fromA!(i)]! : b.data[fromB!(i)]!,
  );
}

/** Narrow integers wrap around, so that casting -1 to uint8 gives 255. */
const WRAPPED: Readonly<Record<string, (a: number) => number>> = {
  uint8: (a) => a & 0xff,
  int8: (a) => (a << 24) >> 24,
  uint16: (a) => a & 0xffff,
  int16: (a) => (a << 16) >> 16,
};

function cast(node: OnnxNode): Constant {
  const { name, kind } = elementType(node.attributes.int("to") ?? 0);
  const { shape, data } = node.needConstant(0);
  if (kind === "bool") return makeConstant(kind, shape, (i) => Number(data[i] !== 0));
  if (kind !== "int") return makeConstant(kind, shape, (i) => data[i]!);
  const wrap = WRAPPED[name] ?? ((a: number) => a);
  return { ...makeConstant(kind, shape, (i) => wrap(Math.trunc(data[i]!))), element: name };
}

export const ELEMENTWISE: Readonly<Record<string, Fold>> = {
  Add: arithmetic((a, b) => a + b),
  Sum: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => a / b, divideExactly),
  Mod: (node) => arithmetic(modulo(node))(node),
  Pow: arithmetic((a, b) => a ** b),
  Min: arithmetic(Math.min),
  Max: arithmetic(Math.max),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
  Equal: comparison((a, b) => a === b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Not: unary((a) => Number(a === 0)),
  Neg: unary((a) => -a),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfEven),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((a) => 1 / a),
  Where: where,
  Cast: cast,
};
