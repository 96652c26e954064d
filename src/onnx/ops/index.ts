/** THE table: which ONNX operator becomes which of ours, and back. */
import type { OpName } from "../../ops/index.js";
import type { ExportScope, Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { alsoSignals } from "../signals.js";
import { alsoVolumes } from "../volumes.js";
import { isDilated } from "../window.js";
import { exportArg, importArg } from "./arg.js";
import { exportAveragePool, importAveragePool } from "./average-pool.js";
import { exportBatchNormalization, importBatchNormalization } from "./batch-normalization.js";
import { importCast } from "./cast.js";
import { exportClip, importClip } from "./clip.js";
import { exportConcat, importConcat } from "./concat.js";
import { exportConv, importConv } from "./conv.js";
import { exportConvTranspose, importConvTranspose } from "./conv-transpose.js";
import { importDepthToSpace, importSpaceToDepth } from "./depth-to-space.js";
import { importDiv } from "./div.js";
import { exportFlatten, importFlatten } from "./flatten.js";
import { exportGather, importGather } from "./gather.js";
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
import { exportPad, importPad } from "./pad.js";
import { importQLinearConv, importQLinearMatMul } from "./q-linear.js";
import { importDequantizeLinear, importDynamicQuantizeLinear, importQuantizeLinear } from "./quantize-linear.js";
import { exportReduceMean, importReduceMean } from "./reduce-mean.js";
import { exportReduction, importReduction } from "./reduction.js";
import { exportReshape, importReshape } from "./reshape.js";
import { exportRmsNormalization, importRmsNormalization } from "./rms-normalization.js";
import { exportSlice, importSlice } from "./slice.js";
import { exportLogSoftmax, exportSoftmax, importLogSoftmax, importSoftmax } from "./softmax.js";
import { exportResize, importResize, importUpsample, opsetOfResize } from "./resize.js";
import { importSplit } from "./split.js";
import { importSqueeze } from "./squeeze.js";
import { importSub } from "./sub.js";
import { importSum } from "./sum.js";
import { importTile } from "./tile.js";
import { exportTranspose, importTranspose } from "./transpose.js";
import { importUnsqueeze } from "./unsqueeze.js";

/** Operators that differ in nothing but the name: one or two inputs, no attributes. */
type Renamed = "add" | "global-average-pool" | "identity" | "mul" | "relu";

const unary =
  (op: Renamed): Importer =>
  (node) =>
    node.emit(op, {}, [node.value(0)]);

const binary =
  (op: Renamed): Importer =>
  (node) =>
    node.emit(op, {}, [node.value(0), node.value(1)]);

const renamed =
  (type: string) =>
  (
    { inputs, outputs, name }: { inputs: readonly string[]; outputs: readonly string[]; name: string },
    scope: ExportScope,
  ) =>
    scope.add(type, inputs, outputs[0]!, name);

export const IMPORTERS: ReadonlyMap<string, Importer> = new Map<string, Importer>([
  ["Add", binary("add")],
  ["ArgMax", importArg("arg-max")],
  ["ArgMin", importArg("arg-min")],
  ["AveragePool", alsoVolumes(alsoSignals(importAveragePool))],
  ["BatchNormalization", alsoSignals(importBatchNormalization)],
  ["Cast", importCast],
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
  ["Mul", binary("mul")],
  ["Pad", importPad],
  ["QLinearConv", importQLinearConv],
  ["QLinearMatMul", importQLinearMatMul],
  ["QuantizeLinear", importQuantizeLinear],
  ["ReduceL1", importReduction("reduce-l1")],
  ["ReduceL2", importReduction("reduce-l2")],
  ["ReduceLogSum", importReduction("reduce-log-sum")],
  ["ReduceLogSumExp", importReduction("reduce-log-sum-exp")],
  ["ReduceMax", importReduction("reduce-max")],
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
]);

/** Operators whose outputs behind the first one may be read. */
export const SEVERAL_OUTPUTS: ReadonlySet<string> = new Set(["Split"]);

/** One exporter for each of our operators: a missing one does not compile. */
export const EXPORTERS: { readonly [K in OpName]: Exporter<K> } = {
  add: renamed("Add"),
  "arg-max": exportArg("ArgMax"),
  "arg-min": exportArg("ArgMin"),
  "average-pool": exportAveragePool,
  "batch-norm": exportBatchNormalization,
  clip: exportClip,
  concat: exportConcat,
  conv: exportConv,
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
  matmul: renamed("MatMul"),
  "max-pool": exportMaxPool,
  mul: renamed("Mul"),
  pad: exportPad,
  "reduce-l1": exportReduction("ReduceL1", 18),
  "reduce-l2": exportReduction("ReduceL2", 18),
  "reduce-log-sum": exportReduction("ReduceLogSum", 18),
  "reduce-log-sum-exp": exportReduction("ReduceLogSumExp", 18),
  "reduce-max": exportReduction("ReduceMax", 18),
  "reduce-mean": exportReduceMean,
  "reduce-min": exportReduction("ReduceMin", 18),
  "reduce-prod": exportReduction("ReduceProd", 18),
  "reduce-sum": exportReduction("ReduceSum", 13),
  "reduce-sum-square": exportReduction("ReduceSumSquare", 18),
  relu: renamed("Relu"),
  resample: exportResize,
  reshape: exportReshape,
  "rms-norm": exportRmsNormalization,
  slice: exportSlice,
  softmax: exportSoftmax,
  transpose: exportTranspose,
  "transposed-conv": exportConvTranspose,
};

/** Operators that some attributes of need a newer opset than the one usually written. */
export const OPSET_NEEDED: { readonly [K in OpName]?: (attrs: Parameters<Exporter<K>>[0]["attrs"]) => number } = {
  "average-pool": ({ dilations }) => (isDilated(dilations) ? 19 : 0),
  "group-norm": () => 21,
  "layer-norm": () => 17,
  "rms-norm": () => 23,
  resample: opsetOfResize,
};
