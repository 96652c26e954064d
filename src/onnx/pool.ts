/** What MaxPool and AveragePool have in common. */
import { ModelError } from "../errors.js";
import type { PoolAttrs } from "../ops/pool.js";
import { type AttributeProto, intAttribute } from "./attributes.js";
import type { OnnxNode } from "./onnx-node.js";
import { needPlanes, readPair, readWindow, windowAttributes } from "./window.js";

export function readPool(node: OnnxNode): PoolAttrs {
  needPlanes(node);
  if (!node.attributes.ints("kernel_shape")) throw new ModelError('attribute "kernel_shape" is missing');
  const window = readWindow(node, readPair(node, "kernel_shape", [1, 1]));
  return { ...window, ceil: node.attributes.int("ceil_mode") === 1 };
}

export function poolAttributes(attrs: PoolAttrs): AttributeProto[] {
  return [...windowAttributes(attrs), intAttribute("ceil_mode", Number(attrs.ceil))];
}
