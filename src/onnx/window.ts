/** Windows of convolution and pooling: kernel, strides, dilations and pads with `auto_pad` resolved. */
import { ModelError } from "../errors.js";
import type { Pads, Pair, Window } from "../ops/window.js";
import { type AttributeProto, intsAttribute } from "./attributes.js";
import type { OnnxNode } from "./onnx-node.js";

const LARGEST = 2 ** 31 - 1;

function checked(name: string, values: readonly number[], count: number, least: number): readonly number[] {
  if (values.length !== count || values.some((n) => n < least || n > LARGEST)) {
    throw new ModelError(`${name} is [${values.join(", ")}], expected ${count} numbers from ${least} up`);
  }
  return values;
}

export function readPair(node: OnnxNode, name: string, fallback: Pair): Pair {
  return checked(name, node.attributes.ints(name) ?? fallback, 2, 1) as Pair;
}

/** Throws for signals and volumes: only two spatial axes are supported. */
export function needPlanes(node: OnnxNode): void {
  const rank = node.shape(0).length;
  if (rank === 4) return;
  const kind = rank > 2 ? `${rank - 2}-D ${node.type}` : `${node.type} without spatial axes`;
  throw new ModelError(`${kind} is not supported, only 2-D: expected an input with 4 axes, got ${rank}`);
}

/** Pads of one axis so that the output has ceil(size / stride) elements; an odd one goes to the end, or to the front. */
function samePads(size: number, axis: 0 | 1, window: Omit<Window, "pads">, atFront: boolean): Pair {
  const stride = window.strides[axis];
  const reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  const half = Math.floor(total / 2);
  return atFront ? [total - half, half] : [half, total - half];
}

function readPads(node: OnnxNode, window: Omit<Window, "pads">): Pads {
  const mode = node.attributes.text("auto_pad") || "NOTSET";
  if (mode === "NOTSET") return checked("pads", node.attributes.ints("pads") ?? [0, 0, 0, 0], 4, 0) as unknown as Pads;
  if (mode === "VALID") return [0, 0, 0, 0];
  if (mode !== "SAME_UPPER" && mode !== "SAME_LOWER") throw new ModelError(`auto_pad "${mode}" does not exist`);
  const [, , height, width] = node.shape(0);
  const [top, bottom] = samePads(height!, 0, window, mode === "SAME_LOWER");
  const [left, right] = samePads(width!, 1, window, mode === "SAME_LOWER");
  return [top, left, bottom, right];
}

export function readWindow(node: OnnxNode, kernel: Pair): Window {
  const strides = readPair(node, "strides", [1, 1]);
  const dilations = readPair(node, "dilations", [1, 1]);
  return { kernel, strides, dilations, pads: readPads(node, { kernel, strides, dilations }) };
}

/** Without dilations where they are 1: not every opset's pooling has them. */
export function windowAttributes({ kernel, strides, dilations, pads }: Window): AttributeProto[] {
  const attributes = [
    intsAttribute("kernel_shape", kernel),
    intsAttribute("strides", strides),
    intsAttribute("pads", pads),
  ];
  return isDilated(dilations) ? [...attributes, intsAttribute("dilations", dilations)] : attributes;
}

export function isDilated(dilations: Pair): boolean {
  return dilations.some((n) => n !== 1);
}
