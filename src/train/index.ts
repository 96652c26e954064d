/** Training: gradients over the graph, optimisers, schedules, runs that can be interrupted and resumed. */
export type { EpochResult } from "./checkpoint.js";
export { keepZeros } from "./keep-zeros.js";
export type { HookContext, TrainingHooks } from "./hooks.js";
export { initialise } from "./initialise.js";
export { logitsOf } from "./logits.js";
export { adam, type OptimiserRule, sgd } from "./optimiser.js";
export type { LossNumbers } from "./plan.js";
export type { TrainingMemory } from "./training-plan.js";
export type { KernelTime, Phase } from "./profile.js";
export { SCHEDULES } from "./schedule.js";
export { type BatchResult, type StepOptions, type TrainedParameter, TrainingStep } from "./step.js";
export {
  type BatchSource,
  type Started,
  type StepProgress,
  train,
  type Trained,
  type TrainRequest,
} from "./trainer.js";
