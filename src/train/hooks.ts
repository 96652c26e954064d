/** Where pruning methods take part in training. All get the parameters as views, by name, and may write into them. */
import type { TrainedParameter } from "./step.js";

export interface HookContext {
  readonly parameters: ReadonlyMap<string, TrainedParameter>;
  /** Number of this step, from 0 on. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly epoch: number;
  readonly learningRate: number;
}

export interface TrainingHooks {
  /** A term of the loss beside those of the images: adds its gradient to the parameters', and returns its value. */
  readonly penalty?: (context: HookContext) => number;
  /** Edits gradients before the optimiser reads them. */
  readonly editGradients?: (context: HookContext) => void;
  /** Edits weights after the optimiser has moved them: masks, projections. */
  readonly editWeights?: (context: HookContext) => void;
  /** Ends the run after this step, for the reason that it returns. */
  readonly stop?: (context: HookContext & { readonly loss: number }) => string | undefined;
}
