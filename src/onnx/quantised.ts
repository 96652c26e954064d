/**
 * Quantised models, read as float: a value that the model holds as integers is the real number it stands for, and what its type
 * cannot hold is clipped, since that may be all there is of an activation. Only the rounding is left out.
 */
import { ModelError } from "../errors.js";
import { makeNode } from "../ops/index.js";
import { toAxis } from "./axes.js";
import { type Constant, makeConstant, scalar } from "./constant.js";
import { elementType } from "./element-types.js";
import type { ImportScope } from "./import-scope.js";
import type { OnnxNode } from "./onnx-node.js";

const WAY_OUT = "export the float model";
const NOTE = "the model is quantised; it was read as float, so its rounding is left out";

/** What each type holds. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** Operators that read quantised values as such. */
const READERS: ReadonlySet<string> = new Set([
  "ConvInteger",
  "DequantizeLinear",
  "MatMulInteger",
  "QLinearConv",
  "QLinearMatMul",
]);

/** Operators whose outputs are some of their inputs' numbers. */
const MOVES: ReadonlySet<string> = new Set([
  "Concat",
  "DepthToSpace",
  "Flatten",
  "Gather",
  "Identity",
  "MaxPool",
  "Reshape",
  "Slice",
  "SpaceToDepth",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

export interface Quantisation {
  readonly scale: Constant;
  readonly zero: Constant | undefined;
}

/** Scale and zero point, constants, at these inputs. */
export function readQuantisation(node: OnnxNode, scale: number, zero: number): Quantisation {
  return { scale: node.needConstant(scale), zero: node.has(zero) ? node.needConstant(zero) : undefined };
}

function rangeOf(node: OnnxNode, zero: Constant | undefined): readonly [number, number] {
  const wanted = node.attributes.int("output_dtype");
  const element = wanted ? elementType(wanted).name : zero ? zero.element : "uint8";
  const range = element === undefined ? undefined : RANGES[element];
  if (!range) throw new ModelError(`quantises to ${element ?? "an unknown type"}, which is not supported; ${WAY_OUT}`);
  return range;
}

/** For each element of `shape` its parameter: the only one, or the one of its place along an axis. */
function alongAxis(node: OnnxNode, parameter: Constant, shape: readonly number[], axis: number): (i: number) => number {
  if (parameter.data.length === 1) return () => parameter.data[0]!;
  const blocks = node.attributes.int("block_size");
  if (blocks) throw new ModelError(`blocks of ${blocks} elements with one scale each are not supported; ${WAY_OUT}`);
  if (parameter.shape.length !== 1 || parameter.data.length !== shape[axis]) {
    throw new ModelError(`a scale or zero point of ${parameter.data.length} elements does not fit axis ${axis}`);
  }
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return (i) => parameter.data[Math.floor(i / inner) % parameter.data.length]!;
}

/** (q - zero) * scale. */
export function dequantised(node: OnnxNode, q: Constant, { scale, zero }: Quantisation, axis: number): Constant {
  const scaleOf = alongAxis(node, scale, q.shape, axis);
  const zeroOf = zero ? alongAxis(node, zero, q.shape, axis) : () => 0;
  return makeConstant("float", q.shape, (i) => (q.data[i]! - zeroOf(i)) * scaleOf(i));
}

function roundToEven(a: number): number {
  const down = Math.floor(a);
  if (a - down !== 0.5) return Math.round(a);
  return down % 2 === 0 ? down : down + 1;
}

/** Constants are quantised as the model says, rounding included. */
export function foldQuantizeLinear(node: OnnxNode): Constant {
  const x = node.needConstant(0);
  const { scale, zero } = readQuantisation(node, 1, 2);
  const [least, most] = rangeOf(node, zero);
  const axis = axisOf(node, x.shape.length);
  const scaleOf = alongAxis(node, scale, x.shape, axis);
  const zeroOf = zero ? alongAxis(node, zero, x.shape, axis) : () => 0;
  const element = Object.keys(RANGES).find((name) => RANGES[name]![0] === least && RANGES[name]![1] === most)!;
  const quantise = (i: number) => roundToEven(Math.fround(x.data[i]! / scaleOf(i))) + zeroOf(i);
  const q = makeConstant("int", x.shape, (i) => Math.min(Math.max(quantise(i), least), most));
  return { ...q, element };
}

export function foldDequantizeLinear(node: OnnxNode): Constant {
  const q = node.needConstant(0);
  return dequantised(node, q, readQuantisation(node, 1, 2), axisOf(node, q.shape.length));
}

/** A scalar has no axis, and needs none. */
function axisOf(node: OnnxNode, rank: number): number {
  return rank === 0 ? 0 : toAxis(Math.min(node.attributes.int("axis") ?? 1, rank - 1), rank);
}

/** The one scale of a computed value. */
export function oneScale({ scale, zero }: Quantisation): number {
  if (scale.data.length !== 1 || (zero && zero.data.length !== 1)) {
    throw new ModelError(`a computed value with a scale for each channel is not supported; ${WAY_OUT}`);
  }
  return scale.data[0]!;
}

/** The real value at `input`: a constant's numbers, or the value as it is where its scale is the expected one. */
export function realValue(node: OnnxNode, input: number, parameters: Quantisation, axis: number): string {
  const name = node.value(input);
  const known = node.scope.quantised.get(name);
  const constant = node.constant(input);
  if (constant && known === undefined) {
    return node.define(`${name}_real`, dequantised(node, constant, parameters, axis));
  }
  const scale = oneScale(parameters);
  if (known === undefined) throw new ModelError(`reads "${name}", which nothing quantised; ${WAY_OUT}`);
  if (Math.abs(known - scale) > 1e-6 * scale) {
    throw new ModelError(`reads "${name}" with scale ${scale}, it was quantised with ${known}; ${WAY_OUT}`);
  }
  return name;
}

/** The node's output: `value`, kept inside what the type of the zero point holds. */
export function emitQuantised(node: OnnxNode, value: string, parameters: Quantisation, name: string): void {
  const scale = oneScale(parameters);
  const zero = parameters.zero?.data[0] ?? 0;
  const [least, most] = rangeOf(node, parameters.zero);
  const range = { min: (least - zero) * scale, max: (most - zero) * scale };
  node.scope.add(makeNode("clip", range, [value], node.outputs[0]!, name));
  markQuantised(node.scope, node.outputs[0]!, scale);
}

export function markQuantised(scope: ImportScope, value: string, scale: number): void {
  scope.quantised.set(value, scale);
  if (!scope.notes.includes(NOTE)) scope.notes.push(NOTE);
}

/** Throws for operators that would take the real number for the integer; those that move numbers keep the scale. */
export function followQuantised(node: OnnxNode, importer: (node: OnnxNode) => void): void {
  const { quantised } = node.scope;
  const scales = node.inputs.flatMap((name) => quantised.get(name) ?? []);
  importer(node);
  if (scales.length === 0 || READERS.has(node.type)) return;
  if (MOVES.has(node.type) && scales.every((scale) => scale === scales[0])) {
    return node.outputs.forEach((name) => markQuantised(node.scope, name, scales[0]!));
  }
  // Sums of products of integers become float by a cast; the scale that is 1 here follows.
  if (node.type === "Cast" && scales[0] === 1) return;
  throw new ModelError(`${node.type} of quantised values is not supported; ${WAY_OUT}`);
}

/** The scale of a dynamic quantisation is taken for 1 and its zero point for 0, so that the value is the real one. */
export function emitDynamic(node: OnnxNode): void {
  const [value, scale, zero] = node.outputs;
  node.emit("identity", {}, [node.value(0)]);
  markQuantised(node.scope, value!, 1);
  if (scale) node.scope.defineComputed(scale, scalar("float", 1));
  if (zero) node.scope.defineComputed(zero, { ...scalar("int", 0), element: "uint8" });
  for (const name of [scale, zero]) if (name) node.scope.standIns.add(name);
}
