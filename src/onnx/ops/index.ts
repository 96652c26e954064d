/** THE table: which ONNX operator becomes which of ours, and back. */
import type { Shape } from "../../graph/graph.js";
import type { OpName } from "../../ops/index.js";
import type { ExportScope, Exporter } from "../export-scope.js";
import { exportFormula, importFormula } from "../formula.js";
import type { Importer } from "../onnx-node.js";
import { alsoSignals } from "../signals.js";
import { alsoVolumes } from "../volumes.js";
import { operands } from "../operands.js";
import { isDilated } from "../window.js";
import { exportArg, importArg } from "./arg.js";
import { exportAveragePool, importAveragePool } from "./average-pool.js";
import { exportBatchNormalization, importBatchNormalization } from "./batch-normalization.js";
import { exportTrunc, importCast } from "./cast.js";
import { exportClip, importClip } from "./clip.js";
import { exportConcat, importConcat } from "./concat.js";
import { exportConv, importConv } from "./conv.js";
import { exportConvTranspose, importConvTranspose } from "./conv-transpose.js";
import { importDepthToSpace, importSpaceToDepth } from "./depth-to-space.js";
import { importDiv } from "./div.js";
import { importExpand } from "./expand.js";
import { exportFlatten, importFlatten } from "./flatten.js";
import { exportGather, importGather } from "./gather.js";
import { exportGelu, importGelu } from "./gelu.js";
import { exportGemm, importGemm } from "./gemm.js";
import { importGlobalLpPool, importGlobalMaxPool } from "./global-pool.js";
import { exportGroupNormalization, importGroupNormalization } from "./group-normalization.js";
import { exportInstanceNormalization, importInstanceNormalization } from "./instance-normalization.js";
import { importConvInteger, importMatMulInteger } from "./integer.js";
import { exportLayerNormalization, importLayerNormalization } from "./layer-normalization.js";
import { importLpNormalization } from "./lp-normalization.js";
import { importLpPool } from "./lp-pool.js";
import { exportLrn, importLrn } from "./lrn.js";
import { importMatMul } from "./mat-mul.js";
import { exportMaxPool, importMaxPool } from "./max-pool.js";
import { importMean } from "./mean.js";
import { importExtreme } from "./min-max.js";
import { exportPad, importPad } from "./pad.js";
import { importQLinearConv, importQLinearMatMul } from "./q-linear.js";
import { importDequantizeLinear, importDynamicQuantizeLinear, importQuantizeLinear } from "./quantize-linear.js";
import { importPow } from "./pow.js";
import { importPRelu } from "./prelu.js";
import { exportReduceMean, importReduceMean } from "./reduce-mean.js";
import { exportReduction, importReduction } from "./reduction.js";
import { exportReshape, importReshape } from "./reshape.js";
import { exportRmsNormalization, importRmsNormalization } from "./rms-normalization.js";
import { exportScatter } from "./scatter.js";
import { exportSlice, importSlice } from "./slice.js";
import { exportLogSoftmax, exportSoftmax, importLogSoftmax, importSoftmax } from "./softmax.js";
import { exportResize, importResize, importUpsample, opsetOfResize } from "./resize.js";
import { importSplit } from "./split.js";
import { importSqueeze } from "./squeeze.js";
import { importSub } from "./sub.js";
import { importSum } from "./sum.js";
import { importTile } from "./tile.js";
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
  ["ArgMax", importArg("arg-max")],
  ["ArgMin", importArg("arg-min")],
  ["AveragePool", alsoVolumes(alsoSignals(importAveragePool))],
  ["BatchNormalization", alsoSignals(importBatchNormalization)],
  ["Cast", importCast],
  ["Ceil", unary("ceil")],
  ["Celu", importFormula("celu", { alpha: ["alpha", 1] })],
  ["Clip", importClip],
  ["Concat", importConcat],
  ["Conv", alsoSignals(importConv, 1)],
  ["ConvInteger", importConvInteger],
  ["DequantizeLinear", importDequantizeLinear],
  ["ConvTranspose", importConvTranspose],
  ["DepthToSpace", importDepthToSpace],
  ["Div", importDiv],
  ["Dropout", unary("identity")],
  ["DynamicQuantizeLinear", importDynamicQuantizeLinear],
  ["Flatten", importFlatten],
  ["Gather", importGather],
  ["Gemm", importGemm],
  ["GlobalAveragePool", unary("global-average-pool")],
  ["GlobalLpPool", importGlobalLpPool],
  ["GlobalMaxPool", importGlobalMaxPool],
  ["GroupNormalization", importGroupNormalization],
  ["Identity", unary("identity")],
  ["InstanceNormalization", importInstanceNormalization],
  ["LayerNormalization", importLayerNormalization],
  ["LogSoftmax", importLogSoftmax],
  ["LpNormalization", importLpNormalization],
  ["LpPool", alsoSignals(importLpPool)],
  ["LRN", importLrn],
  ["MatMul", importMatMul],
  ["MatMulInteger", importMatMulInteger],
  ["MaxPool", alsoVolumes(alsoSignals(importMaxPool))],
  ["Elu", importFormula("elu", { alpha: ["alpha", 1] })],
  ["Erf", unary("erf")],
  ["Exp", unary("exp")],
  ["Expand", importExpand],
  ["Floor", unary("floor")],
  ["Gelu", importGelu],
  ["HardSigmoid", importFormula("hard-sigmoid", { alpha: ["alpha", 0.2], beta: ["beta", 0.5] })],
  ["HardSwish", unary("hard-swish")],
  ["LeakyRelu", importFormula("leaky-relu", { alpha: ["alpha", 0.01] })],
  ["Log", unary("log")],
  ["Max", importExtreme("max")],
  ["Mean", importMean],
  ["Min", importExtreme("min")],
  ["Mish", unary("mish")],
  ["Mul", binary("mul")],
  ["Neg", unary("neg")],
  ["Pad", importPad],
  ["QLinearConv", importQLinearConv],
  ["QLinearMatMul", importQLinearMatMul],
  ["QuantizeLinear", importQuantizeLinear],
  ["ReduceL1", importReduction("reduce-l1")],
  ["ReduceL2", importReduction("reduce-l2")],
  ["ReduceLogSum", importReduction("reduce-log-sum")],
  ["ReduceLogSumExp", importReduction("reduce-log-sum-exp")],
  ["ReduceMax", importReduction("reduce-max")],
  ["Pow", importPow],
  ["PRelu", importPRelu],
  ["Reciprocal", unary("reciprocal")],
  ["ReduceMean", importReduceMean],
  ["ReduceMin", importReduction("reduce-min")],
  ["ReduceProd", importReduction("reduce-prod")],
  ["ReduceSum", importReduction("reduce-sum")],
  ["ReduceSumSquare", importReduction("reduce-sum-square")],
  ["Relu", unary("relu")],
  ["Reshape", importReshape],
  ["RMSNormalization", importRmsNormalization],
  ["Resize", importResize],
  ["Slice", importSlice],
  ["Softmax", importSoftmax],
  ["SpaceToDepth", importSpaceToDepth],
  ["Split", importSplit],
  ["Squeeze", importSqueeze],
  ["Sub", importSub],
  ["Sum", importSum],
  ["Tile", importTile],
  ["Transpose", importTranspose],
  ["Unsqueeze", importUnsqueeze],
  ["Upsample", importUpsample],
  ["Round", unary("round")],
  ["Selu", importFormula("selu", { alpha: ["alpha", 1.6732631921768188], gamma: ["gamma", 1.0507010221481323] })],
  ["Shrink", importFormula("shrink", { lambda: ["lambd", 0.5], bias: ["bias", 0] })],
  ["Sigmoid", unary("sigmoid")],
  ["Sign", unary("sign")],
  ["Softplus", unary("softplus")],
  ["Softsign", unary("softsign")],
  ["Sqrt", unary("sqrt")],
  ["Swish", importFormula("silu", { alpha: ["alpha", 1] })],
  ["Tanh", unary("tanh")],
  ["ThresholdedRelu", importFormula("thresholded-relu", { alpha: ["alpha", 1] })],
  ["Where", importWhere],
]);

/** Operators whose outputs behind the first one may be read. */
export const SEVERAL_OUTPUTS: ReadonlySet<string> = new Set(["LayerNormalization", "Split"]);

/** One exporter for each of our operators: a missing one does not compile. */
export const EXPORTERS: { readonly [K in OpName]: Exporter<K> } = {
  abs: renamed("Abs"),
  add: renamed("Add"),
  "arg-max": exportArg("ArgMax"),
  "arg-min": exportArg("ArgMin"),
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
  gather: exportGather,
  gemm: exportGemm,
  "global-average-pool": renamed("GlobalAveragePool"),
  "group-norm": exportGroupNormalization,
  identity: renamed("Identity"),
  "instance-norm": exportInstanceNormalization,
  "layer-norm": exportLayerNormalization,
  "log-softmax": exportLogSoftmax,
  lrn: exportLrn,
  floor: renamed("Floor"),
  gelu: exportGelu("none"),
  "gelu-tanh": exportGelu("tanh"),
  "hard-sigmoid": exportFormula("HardSigmoid", { alpha: ["alpha", 0.2], beta: ["beta", 0.5] }),
  "hard-swish": renamed("HardSwish"),
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
  "reduce-l1": exportReduction("ReduceL1", 18),
  "reduce-l2": exportReduction("ReduceL2", 18),
  "reduce-log-sum": exportReduction("ReduceLogSum", 18),
  "reduce-log-sum-exp": exportReduction("ReduceLogSumExp", 18),
  "reduce-max": exportReduction("ReduceMax", 18),
  pow: renamed("Pow"),
  prelu: renamed("PRelu"),
  reciprocal: renamed("Reciprocal"),
  "reduce-mean": exportReduceMean,
  "reduce-min": exportReduction("ReduceMin", 18),
  "reduce-prod": exportReduction("ReduceProd", 18),
  "reduce-sum": exportReduction("ReduceSum", 13),
  "reduce-sum-square": exportReduction("ReduceSumSquare", 18),
  relu: renamed("Relu"),
  resample: exportResize,
  reshape: exportReshape,
  "rms-norm": exportRmsNormalization,
  round: renamed("Round"),
  scatter: exportScatter,
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
  "transposed-conv": exportConvTranspose,
  trunc: exportTrunc,
};

/** Operators that some attributes of, on a first input of some shape, need a newer opset than the one usually written. */
export const OPSET_NEEDED: {
  readonly [K in OpName]?: (attrs: Parameters<Exporter<K>>[0]["attrs"], x: Shape) => number;
} = {
  "average-pool": ({ dilations }) => (isDilated(dilations) ? 19 : 0),
  "group-norm": () => 21,
  "layer-norm": () => 17,
  "rms-norm": () => 23,
  resample: opsetOfResize,
  gelu: () => 20,
  "gelu-tanh": () => 20,
  "hard-swish": () => 14,
  mish: () => 18,
};
