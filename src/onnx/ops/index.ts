/** THE table: which ONNX operator becomes which of ours, and back. */
import type { Shape } from "../../graph/graph.js";
import type { OpName } from "../../ops/index.js";
import type { ExportScope, Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";
import { isDilated } from "../window.js";
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
import { importMatMul } from "./mat-mul.js";
import { exportMaxPool, importMaxPool } from "./max-pool.js";
import { exportPad, importPad } from "./pad.js";
import { exportReduceMean, importReduceMean } from "./reduce-mean.js";
import { exportReshape, importReshape } from "./reshape.js";
import { exportResize, importResize, importUpsample, opsetOfResize } from "./resize.js";
import { exportSlice, importSlice } from "./slice.js";
import { exportSoftmax, importSoftmax } from "./softmax.js";
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
  ["AveragePool", importAveragePool],
  ["BatchNormalization", importBatchNormalization],
  ["Cast", importCast],
  ["Clip", importClip],
  ["Concat", importConcat],
  ["Conv", importConv],
  ["ConvTranspose", importConvTranspose],
  ["DepthToSpace", importDepthToSpace],
  ["Div", importDiv],
  ["Dropout", unary("identity")],
  ["Flatten", importFlatten],
  ["Gather", importGather],
  ["Gemm", importGemm],
  ["GlobalAveragePool", unary("global-average-pool")],
  ["Identity", unary("identity")],
  ["MatMul", importMatMul],
  ["MaxPool", importMaxPool],
  ["Mul", binary("mul")],
  ["Pad", importPad],
  ["ReduceMean", importReduceMean],
  ["Relu", unary("relu")],
  ["Reshape", importReshape],
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
  "average-pool": exportAveragePool,
  "batch-norm": exportBatchNormalization,
  clip: exportClip,
  concat: exportConcat,
  conv: exportConv,
  flatten: exportFlatten,
  gather: exportGather,
  gemm: exportGemm,
  "global-average-pool": renamed("GlobalAveragePool"),
  identity: renamed("Identity"),
  matmul: renamed("MatMul"),
  "max-pool": exportMaxPool,
  mul: renamed("Mul"),
  pad: exportPad,
  "reduce-mean": exportReduceMean,
  relu: renamed("Relu"),
  resample: exportResize,
  reshape: exportReshape,
  slice: exportSlice,
  softmax: exportSoftmax,
  transpose: exportTranspose,
  "transposed-conv": exportConvTranspose,
};

/** Operators that some attributes of, on a first input of some shape, need a newer opset than the one usually written. */
export const OPSET_NEEDED: {
  readonly [K in OpName]?: (attrs: Parameters<Exporter<K>>[0]["attrs"], x: Shape) => number;
} = {
  "average-pool": ({ dilations }) => (isDilated(dilations) ? 19 : 0),
  resample: opsetOfResize,
};
