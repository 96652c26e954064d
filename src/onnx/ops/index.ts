/** THE table: which ONNX operator becomes which of ours, and back. */
import type { OpName } from "../../ops/index.js";
import type { ExportScope, Exporter } from "../export-scope.js";
import { exportFormula, importFormula } from "../formula.js";
import type { Importer } from "../onnx-node.js";
import { operands } from "../operands.js";
import { isDilated } from "../window.js";
import { exportAveragePool, importAveragePool } from "./average-pool.js";
import { exportBatchNormalization, importBatchNormalization } from "./batch-normalization.js";
import { exportTrunc, importCast } from "./cast.js";
import { exportClip, importClip } from "./clip.js";
import { exportConcat, importConcat } from "./concat.js";
import { exportConv, importConv } from "./conv.js";
import { importDiv } from "./div.js";
import { importExpand } from "./expand.js";
import { exportFlatten, importFlatten } from "./flatten.js";
import { exportGelu, importGelu } from "./gelu.js";
import { exportGemm, importGemm } from "./gemm.js";
import { importMatMul } from "./mat-mul.js";
import { exportMaxPool, importMaxPool } from "./max-pool.js";
import { importMean } from "./mean.js";
import { importExtreme } from "./min-max.js";
import { exportPad, importPad } from "./pad.js";
import { importPow } from "./pow.js";
import { importPRelu } from "./prelu.js";
import { exportReduceMean, importReduceMean } from "./reduce-mean.js";
import { exportReshape, importReshape } from "./reshape.js";
import { exportSlice, importSlice } from "./slice.js";
import { exportSoftmax, importSoftmax } from "./softmax.js";
import { importSqueeze } from "./squeeze.js";
import { importSub } from "./sub.js";
import { importSum } from "./sum.js";
import { exportSwish } from "./swish.js";
import { exportTranspose, importTranspose } from "./transpose.js";
import { importUnsqueeze } from "./unsqueeze.js";
import { importWhere } from "./where.js";

/** Operators that differ in nothing but the name: one or two inputs, no attributes. */
type Renamed =
  | "abs"
  | "add"
  | "ceil"
  | "erf"
  | "exp"
  | "floor"
  | "global-average-pool"
  | "hard-swish"
  | "identity"
  | "log"
  | "mish"
  | "mul"
  | "neg"
  | "reciprocal"
  | "relu"
  | "round"
  | "sigmoid"
  | "sign"
  | "softplus"
  | "softsign"
  | "sqrt"
  | "tanh";

const unary =
  (op: Renamed): Importer =>
  (node) =>
    node.emit(op, {}, [node.value(0)]);

const binary =
  (op: Renamed): Importer =>
  (node) =>
    node.emit(op, {}, operands(node));

const renamed =
  (type: string) =>
  (
    { inputs, outputs, name }: { inputs: readonly string[]; outputs: readonly string[]; name: string },
    scope: ExportScope,
  ) =>
    scope.add(type, inputs, outputs[0]!, name);

export const IMPORTERS: ReadonlyMap<string, Importer> = new Map<string, Importer>([
  ["Abs", unary("abs")],
  ["Add", binary("add")],
  ["AveragePool", importAveragePool],
  ["BatchNormalization", importBatchNormalization],
  ["Cast", importCast],
  ["Ceil", unary("ceil")],
  ["Celu", importFormula("celu", { alpha: ["alpha", 1] })],
  ["Clip", importClip],
  ["Concat", importConcat],
  ["Conv", importConv],
  ["Div", importDiv],
  ["Dropout", unary("identity")],
  ["Elu", importFormula("elu", { alpha: ["alpha", 1] })],
  ["Erf", unary("erf")],
  ["Exp", unary("exp")],
  ["Expand", importExpand],
  ["Flatten", importFlatten],
  ["Floor", unary("floor")],
  ["Gelu", importGelu],
  ["Gemm", importGemm],
  ["GlobalAveragePool", unary("global-average-pool")],
  ["HardSigmoid", importFormula("hard-sigmoid", { alpha: ["alpha", 0.2], beta: ["beta", 0.5] })],
  ["HardSwish", unary("hard-swish")],
  ["Identity", unary("identity")],
  ["LeakyRelu", importFormula("leaky-relu", { alpha: ["alpha", 0.01] })],
  ["Log", unary("log")],
  ["MatMul", importMatMul],
  ["Max", importExtreme("max")],
  ["MaxPool", importMaxPool],
  ["Mean", importMean],
  ["Min", importExtreme("min")],
  ["Mish", unary("mish")],
  ["Mul", binary("mul")],
  ["Neg", unary("neg")],
  ["Pad", importPad],
  ["Pow", importPow],
  ["PRelu", importPRelu],
  ["Reciprocal", unary("reciprocal")],
  ["ReduceMean", importReduceMean],
  ["Relu", unary("relu")],
  ["Reshape", importReshape],
  ["Round", unary("round")],
  ["Selu", importFormula("selu", { alpha: ["alpha", 1.6732631921768188], gamma: ["gamma", 1.0507010221481323] })],
  ["Shrink", importFormula("shrink", { lambda: ["lambd", 0.5], bias: ["bias", 0] })],
  ["Sigmoid", unary("sigmoid")],
  ["Sign", unary("sign")],
  ["Slice", importSlice],
  ["Softmax", importSoftmax],
  ["Softplus", unary("softplus")],
  ["Softsign", unary("softsign")],
  ["Sqrt", unary("sqrt")],
  ["Squeeze", importSqueeze],
  ["Sub", importSub],
  ["Sum", importSum],
  ["Swish", importFormula("silu", { alpha: ["alpha", 1] })],
  ["Tanh", unary("tanh")],
  ["ThresholdedRelu", importFormula("thresholded-relu", { alpha: ["alpha", 1] })],
  ["Transpose", importTranspose],
  ["Unsqueeze", importUnsqueeze],
  ["Where", importWhere],
]);

/** One exporter for each of our operators: a missing one does not compile. */
export const EXPORTERS: { readonly [K in OpName]: Exporter<K> } = {
  abs: renamed("Abs"),
  add: renamed("Add"),
  "average-pool": exportAveragePool,
  "batch-norm": exportBatchNormalization,
  ceil: renamed("Ceil"),
  celu: exportFormula("Celu", { alpha: ["alpha", 1] }),
  clip: exportClip,
  concat: exportConcat,
  conv: exportConv,
  div: renamed("Div"),
  elu: exportFormula("Elu", { alpha: ["alpha", 1] }),
  erf: renamed("Erf"),
  exp: renamed("Exp"),
  flatten: exportFlatten,
  floor: renamed("Floor"),
  gelu: exportGelu("none"),
  "gelu-tanh": exportGelu("tanh"),
  gemm: exportGemm,
  "global-average-pool": renamed("GlobalAveragePool"),
  "hard-sigmoid": exportFormula("HardSigmoid", { alpha: ["alpha", 0.2], beta: ["beta", 0.5] }),
  "hard-swish": renamed("HardSwish"),
  identity: renamed("Identity"),
  "leaky-relu": exportFormula("LeakyRelu", { alpha: ["alpha", 0.01] }),
  log: renamed("Log"),
  matmul: renamed("MatMul"),
  max: renamed("Max"),
  "max-pool": exportMaxPool,
  min: renamed("Min"),
  mish: renamed("Mish"),
  mul: renamed("Mul"),
  neg: renamed("Neg"),
  pad: exportPad,
  pow: renamed("Pow"),
  prelu: renamed("PRelu"),
  reciprocal: renamed("Reciprocal"),
  "reduce-mean": exportReduceMean,
  relu: renamed("Relu"),
  reshape: exportReshape,
  round: renamed("Round"),
  selu: exportFormula("Selu", { alpha: ["alpha", 1.6732631921768188], gamma: ["gamma", 1.0507010221481323] }),
  shrink: exportFormula("Shrink", { lambda: ["lambd", 0.5], bias: ["bias", 0] }),
  sigmoid: renamed("Sigmoid"),
  sign: renamed("Sign"),
  silu: exportSwish,
  slice: exportSlice,
  softmax: exportSoftmax,
  softplus: renamed("Softplus"),
  softsign: renamed("Softsign"),
  sqrt: renamed("Sqrt"),
  sub: renamed("Sub"),
  tanh: renamed("Tanh"),
  "thresholded-relu": exportFormula("ThresholdedRelu", { alpha: ["alpha", 1] }),
  transpose: exportTranspose,
  trunc: exportTrunc,
};

/** Operators that some attributes of need a newer opset than the one usually written. */
export const OPSET_NEEDED: { readonly [K in OpName]?: (attrs: Parameters<Exporter<K>>[0]["attrs"]) => number } = {
  "average-pool": ({ dilations }) => (isDilated(dilations) ? 19 : 0),
  gelu: () => 20,
  "gelu-tanh": () => 20,
  "hard-swish": () => 14,
  mish: () => 18,
};
