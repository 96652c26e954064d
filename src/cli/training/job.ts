/** What a verb hands over to be trained. */
import type { Augmentation } from "../../data/augment.js";
import type { Preprocessing } from "../../graph/about.js";
import type { Graph } from "../../graph/graph.js";
import type { EpochResult, LossNumbers } from "../../train/index.js";
import type { Beginning } from "./optimiser.js";
import type { TrainingPictures } from "./pictures.js";

/** What is to be trained, and on what. */
export interface TrainingJob {
  readonly step: "train" | "finetune" | "distill";
  readonly graph: Graph;
  readonly beginning: Beginning;
  readonly pictures: TrainingPictures;
  readonly preprocessing: Preprocessing;
  readonly augment: Augmentation;
  /** A network to follow, and how. */
  readonly teacher?: Graph | undefined;
  readonly loss?: Partial<LossNumbers> | undefined;
  /** Options that only this verb has, as they are typed, for the network's memory. */
  readonly words: readonly string[];
  /** Where a checkpoint goes if the run is interrupted and nobody said where. */
  readonly checkpoint: string | undefined;
  readonly notes: readonly string[];
  readonly onEpoch?: ((result: EpochResult) => void) | undefined;
}
