import { type Constant, makeConstant } from "../constant.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { emitQuantised, oneScale, readQuantisation, realValue } from "../quantised.js";
import { alsoSignals } from "../signals.js";
import { importConv } from "./conv.js";
import { importMatMul } from "./mat-mul.js";

/** The int32 bias counts in steps of the input's scale times the filter's. */
function realBias(node: OnnxNode, x: number, filter: Constant): string {
  const bias = node.needConstant(8);
  const scaleOf = (o: number) => filter.data[filter.data.length === 1 ? 0 : o]!;
  return node.define(
    `${node.value(8)}_real`,
    makeConstant("float", bias.shape, (o) => bias.data[o]! * x * scaleOf(o)),
  );
}

/** The product under the node's name, then the range of the output's type. */
function emitProduct(node: OnnxNode, inputs: readonly string[], importer: Importer): void {
  const product = node.scope.freshValue(`${node.outputs[0]!}_product`);
  importer(node.rewritten(inputs, product, []));
  emitQuantised(node, product, readQuantisation(node, 6, 7), node.scope.freshNode(`${node.name}_range`));
}

export const importQLinearConv: Importer = (node) => {
  const [ofInput, ofFilter] = [readQuantisation(node, 1, 2), readQuantisation(node, 4, 5)];
  const inputs = [realValue(node, 0, ofInput, 1), realValue(node, 3, ofFilter, 0)];
  if (node.has(8)) inputs.push(realBias(node, oneScale(ofInput), ofFilter.scale));
  emitProduct(node, inputs, alsoSignals(importConv, 1));
};

export const importQLinearMatMul: Importer = (node) => {
  const lastAxis = (input: number) => Math.max(0, node.shape(input).length - 1);
  const a = realValue(node, 0, readQuantisation(node, 1, 2), Math.max(0, lastAxis(0) - 1));
  const b = realValue(node, 3, readQuantisation(node, 4, 5), lastAxis(3));
  emitProduct(node, [a, b], importMatMul);
};
