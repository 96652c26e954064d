import { broadcastIndex, broadcastShape } from "../../ops/broadcast.js";
import { type Constant, makeConstant } from "../constant.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { emitExpanded } from "./expand.js";

/** Input number `input` where the mask is 1, else 0. */
function masked(node: OnnxNode, input: number, mask: Constant): string {
  const constant = node.constant(input);
  const wanted = `${node.name}_${input === 1 ? "then" : "else"}`;
  if (!constant) return node.step("mul", {}, [node.value(input), node.define(wanted, mask)]);
  const shape = broadcastShape(constant.shape, mask.shape);
  const [fromConstant, fromMask] = [broadcastIndex(shape, constant.shape), broadcastIndex(shape, mask.shape)];
  const taken = makeConstant("float", shape, (i) => (mask.data[fromMask(i)]! ? constant.data[fromConstant(i)]! : 0));
  return node.define(wanted, taken);
}

/** With a condition known beforehand: the sum of both choices, each times 0 where it is not taken. These must be finite there. */
export const importWhere: Importer = (node) => {
  const condition = node.needConstant(0);
  const shape = broadcastShape(condition.shape, broadcastShape(node.shape(1), node.shape(2)));
  const chosen = new Set(Array.from(condition.data, (c) => (c === 0 ? 2 : 1)));
  const only = chosen.size === 1 ? [...chosen][0] : undefined;
  if (only !== undefined) return emitExpanded(node, node.floatValue(only), shape);
  const mask = (wanted: boolean) =>
    makeConstant("float", condition.shape, (i) => Number((condition.data[i] !== 0) === wanted));
  node.emit("add", {}, [masked(node, 1, mask(true)), masked(node, 2, mask(false))]);
};
