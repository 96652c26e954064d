import { scalar } from "../constant.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { dequantised, markQuantised } from "../quantised.js";
import { alsoSignals } from "../signals.js";
import { importConv } from "./conv.js";
import { importMatMul } from "./mat-mul.js";

/** Input number `input` without its zero point; a computed one is real already: its scale goes into `factor`. */
function centred(node: OnnxNode, input: number, axis: number, factor: number): string {
  const constant = node.constant(input);
  if (!constant || node.scope.quantised.has(node.value(input))) return node.value(input);
  const zero = node.has(input + 2) ? node.needConstant(input + 2) : undefined;
  const real = dequantised(node, constant, { scale: scalar("float", factor), zero }, axis);
  return node.define(`${node.value(input)}_centred`, real);
}

/** Sums of products of integers. What is computed of it is real divided by the scale, as the model expects. */
const importProduct =
  (importer: Importer, firstAxis: (rank: number) => number, secondAxis: (rank: number) => number): Importer =>
  (node) => {
    const scale = node.scope.quantised.get(node.value(0)) ?? 1;
    const inputs = [
      centred(node, 0, firstAxis(node.shape(0).length), 1),
      centred(node, 1, secondAxis(node.shape(1).length), 1 / scale),
    ];
    importer(node.rewritten(inputs, node.outputs[0]!, []));
    if (!node.scope.constant(node.outputs[0]!)) markQuantised(node.scope, node.outputs[0]!, 1);
  };

export const importConvInteger = importProduct(
  alsoSignals(importConv, 1),
  () => 0,
  () => 0,
);

export const importMatMulInteger = importProduct(
  importMatMul,
  (rank) => Math.max(0, rank - 2),
  (rank) => Math.max(0, rank - 1),
);
