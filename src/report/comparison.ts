/** What a report shows: a dense network and what was made of it, as plain data. Who measured it, and how, stands in `facts`. */

export interface Comparison {
  /** What was compared: "ResNet-20 on CIFAR-10". */
  readonly title: string;
  /** What a reader needs to judge the figures, in the order to show: engine, build, threads, date, data set, seeds. */
  readonly facts: readonly Fact[];
  /** How many pictures the accuracies were measured on; standard errors need it. */
  readonly testPictures?: number | undefined;
  readonly dense: Variant;
  readonly variants: readonly Variant[];
  /** Name of the variant to show in detail; unless said, `chooseVariant` picks it. */
  readonly chosen?: string | undefined;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One network. Numbers that were not measured may be NaN: they are left out. */
export interface Variant {
  /** What tells it from the others: "l1, macs=0.5". */
  readonly name: string;
  /** How channels were picked: "l1". Variants of one method are one series. */
  readonly method?: string | undefined;
  readonly accuracy: StageAccuracies;
  /** Of one run. */
  readonly medianMs: number;
  /** Multiply-adds of one run. */
  readonly macs: number;
  readonly parameters: number;
  /** Of the compiled file. */
  readonly bytes: number;
  /** Memory of a session. */
  readonly peakBytes: number;
  /** Channels of each unit; those of the dense network may be left empty. */
  readonly units: readonly UnitWidth[];
  /** Time of each layer, in the order in which they run. */
  readonly layers: readonly LayerDuration[];
  /** How it was trained, or fine-tuned. */
  readonly history?: readonly Epoch[] | undefined;
}

/** Top-1 as fractions, at the stages that were measured. Of a dense network any one will do. */
export interface StageAccuracies {
  readonly asCut?: number | undefined;
  /** After batch-norm statistics were estimated anew. */
  readonly statistics?: number | undefined;
  readonly fineTuned?: number | undefined;
}

export interface UnitWidth {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

export interface LayerDuration {
  readonly name: string;
  readonly kernel: string;
  readonly milliseconds: number;
}

export interface Epoch {
  /** From 1 on. */
  readonly epoch: number;
  /** Mean over the training pictures. */
  readonly loss: number;
  /** Fractions that were right, of training and of validation pictures. */
  readonly top1?: number | undefined;
  readonly validationTop1?: number | undefined;
}

export type Stage = keyof StageAccuracies;

/** In the order in which they happen. */
export const STAGES: readonly Stage[] = ["asCut", "statistics", "fineTuned"];
