import { ModelError } from "../../errors.js";
import { formatShape } from "../../graph/graph.js";
import { intAttribute } from "../attributes.js";
import { type Constant, makeConstant, scalar, toTensor } from "../constant.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";
import { transposedMatrix } from "../transposed.js";

const scaled = (constant: Constant, factor: number): Constant =>
  makeConstant(constant.kind, constant.shape, (i) => constant.data[i]! * factor);

/** The value at `input` times `factor`. */
function times(node: OnnxNode, name: string, factor: number): string {
  return factor === 1 ? name : node.step("mul", {}, [name, node.define(`${name}_factor`, scalar("float", factor))]);
}

function transposeIf(node: OnnxNode, input: number, flag: string): string {
  const name = node.value(input);
  return node.attributes.int(flag) ? node.step("transpose", { permutation: [1, 0] }, [name]) : name;
}

/** Constant B as [out, in] with alpha in it; the model's own constant where that is what it is. */
function filterName(node: OnnxNode, b: Constant, alpha: number): string {
  const name = node.value(1);
  if (!node.attributes.int("transB")) return node.define(`${name}_transposed`, transposedMatrix(b, alpha));
  return alpha === 1 ? name : node.define(`${name}_scaled`, scaled(b, alpha));
}

/** Constant C times beta as one number for each output; undefined where C is computed or differs from row to row. */
function biasName(node: OnnxNode, beta: number, out: number): string | undefined {
  const c = node.constant(2);
  if (!c) return undefined;
  const isList = c.shape.length === 1 || (c.shape.length === 2 && c.shape[0] === 1);
  if (c.data.length !== 1 && !(isList && c.data.length === out)) return undefined;
  if (beta === 1 && c.shape.length === 1 && c.data.length === out) return node.value(2);
  const bias = makeConstant(c.kind, [out], (i) => c.data[c.data.length === 1 ? 0 : i]! * beta);
  return node.define(`${node.value(2)}_bias`, bias);
}

/** C as a value of its own, times beta. */
function addend(node: OnnxNode, beta: number): string {
  const c = node.constant(2);
  if (c && beta !== 1) return node.define(`${node.value(2)}_scaled`, scaled(c, beta));
  return times(node, node.value(2), beta);
}

/** alpha * A' * B' + beta * C, where ' transposes if the attribute says so. */
export const importGemm: Importer = (node) => {
  for (const input of [0, 1]) {
    if (node.shape(input).length !== 2) {
      throw new ModelError(`input ${input} has shape ${formatShape(node.shape(input))}, expected 2 axes`);
    }
  }
  const alpha = node.attributes.float("alpha") ?? 1;
  const beta = node.attributes.float("beta") ?? 1;
  const a = transposeIf(node, 0, "transA");
  const b = node.constant(1);
  if (!b) return importProduct(node, a, alpha, beta);
  const filter = filterName(node, b, alpha);
  if (!node.has(2)) return node.emit("gemm", {}, [a, filter]);
  const bias = biasName(node, beta, node.scope.shape(filter)[0]!);
  if (bias !== undefined) return node.emit("gemm", {}, [a, filter, bias]);
  node.emit("add", {}, [node.step("gemm", {}, [a, filter]), addend(node, beta)]);
};

/** With a B that the network computes. */
function importProduct(node: OnnxNode, a: string, alpha: number, beta: number): void {
  const factors = [times(node, a, alpha), transposeIf(node, 1, "transB")];
  if (!node.has(2)) return node.emit("matmul", {}, factors);
  node.emit("add", {}, [node.step("matmul", {}, factors), addend(node, beta)]);
}

/** [in, out] of a filter [out, in], as an initializer where it is constant. */
function exportTransposed(name: string, scope: Parameters<Exporter<"gemm">>[1]): string {
  const tensor = scope.constant(name);
  if (!tensor) return scope.step("Transpose", [name], `${name}_transposed`);
  return scope.floats(`${name}_transposed`, toTensor(transposedMatrix({ kind: "float", ...tensor })));
}

/** ONNX's Gemm only takes matrices; any other rank becomes MatMul and Add. A bias of any shape becomes a list. */
export const exportGemm: Exporter<"gemm"> = ({ inputs, outputs, name }, scope) => {
  const [x, filter, bias] = inputs as [string, string, string?];
  const given = bias === undefined ? undefined : scope.constant(bias);
  const list =
    given && given.shape.length !== 1 ? scope.floats(`${bias}_list`, { ...given, shape: [given.data.length] }) : bias;
  if (scope.shape(x).length === 2) {
    const read = list === undefined ? [x, filter] : [x, filter, list];
    return scope.add("Gemm", read, outputs[0]!, name, [intAttribute("transB", 1)]);
  }
  const factors = [x, exportTransposed(filter, scope)];
  if (list === undefined) return scope.add("MatMul", factors, outputs[0]!, name);
  scope.add("Add", [scope.step("MatMul", factors, `${name}_product`), list], outputs[0]!, name);
};
