/**
 * The toolkit's public face: import, look at, prune, compile, measure. The device's is `espalier/runtime`.
 *
 * @module
 */
export { compile, type CompileOptions } from "./compile/encode.js";
export { readNetwork } from "./compile/raise.js";
export type { Augmentation } from "./data/augment.js";
export { type Batch, Batches, type BatchOptions } from "./data/batches.js";
export { type ImageSet, limit, type SetOptions, type SkippedFile, type Split } from "./data/image-set.js";
export { withMeasuredColours } from "./data/measure-colours.js";
export { checkLabels, countClasses } from "./data/labels.js";
export { openSet, usualAugmentation } from "./data/open-set.js";
export type { Picture } from "./data/picture.js";
export { fillInput, preprocessingFor } from "./data/preprocess.js";
export { DataError, EspalierError, FileError, ModelError, RequestError, TrainingError } from "./errors.js";
export type { About, Boxes, Preprocessing, Provenance } from "./graph/about.js";
export type { Graph, GraphInput, Node, Shape, Tensor } from "./graph/graph.js";
export { openMoments } from "./linalg/moments.js";
export { type Accuracy, measureAccuracy, measureAccuracyInTurns } from "./measure/accuracy.js";
export { describeGraph } from "./measure/facts.js";
export { type Latency, measureLatency, randomInputs } from "./measure/latency.js";
export { latencyModel } from "./measure/latency-model.js";
export { startHelper } from "./measure/helper.js";
export { racer, runtimeRunner } from "./measure/runner.js";
export { GraphBuilder, type ModelOptions, MODELS } from "./models/index.js";
export { exportOnnx } from "./onnx/export.js";
export { importOnnx } from "./onnx/import.js";
export { evaluateGraph } from "./ops/walk.js";
export { parseBudget } from "./prune/budget.js";
export type { Milliseconds } from "./prune/latency/measured.js";
export { METHODS } from "./prune/methods/index.js";
export { formatPlan, parsePlan, type PrunePlan } from "./prune/plan.js";
export { applyPlan, makePlan, planMeasured, prune, type PruneRequest, type PruneResult } from "./prune/prune.js";
export { recoverStatistics } from "./prune/recover/statistics.js";
export { findUnits } from "./prune/units.js";
export type { Comparison, Variant } from "./report/comparison.js";
export { renderReport } from "./report/html/page.js";
export { boxes, load, Session, type Tuning } from "./runtime/index.js";
export {
  adam,
  type BatchSource,
  type EpochResult,
  type HookContext,
  initialise,
  type LossNumbers,
  type OptimiserRule,
  SCHEDULES,
  sgd,
  type Started,
  type StepProgress,
  train,
  type Trained,
  type TrainingHooks,
  type TrainingMemory,
  TrainingStep,
  type TrainRequest,
} from "./train/index.js";
