/** What is told on standard error, and kept as checkpoints, while a run goes on. */
import { createProgress, type Progress } from "../../report/progress.js";
import type { TrainRequest } from "../../train/index.js";
import { writeFileSafely } from "../files.js";
import type { TrainingJob } from "./job.js";
import type { ChosenOptimiser } from "./optimiser.js";
import { epochsOf, type TrainingOptions } from "./options.js";
import { describeBeginning, describeStep } from "./report.js";

export class Watch {
  /** Where the last checkpoint is, if there is one. */
  checkpoint: string | undefined;
  readonly #job: TrainingJob;
  readonly #options: TrainingOptions;
  readonly #optimiser: ChosenOptimiser;
  readonly #stepsPerEpoch: number;
  #progress: Progress | undefined;

  constructor(job: TrainingJob, options: TrainingOptions, optimiser: ChosenOptimiser, stepsPerEpoch: number) {
    this.#job = job;
    this.#options = options;
    this.#optimiser = optimiser;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.checkpoint = options.resume;
  }

  readonly callbacks = {
    onMemory: (memory, started) => this.#begin(memory, started),
    onStep: (step) => {
      const { batch } = this.#options;
      const done = ((step.epoch - 1) * step.stepsPerEpoch + step.step) * batch;
      this.#progress?.update(done, () => describeStep(step, epochsOf(this.#options), this.#job.loss?.labels !== 0));
    },
    onEpoch: (result) => {
      this.#progress?.clear();
      this.#job.onEpoch?.(result);
    },
    onCheckpoint: (bytes) => {
      const path = this.#options.checkpoint ?? this.#job.checkpoint;
      if (path === undefined) return;
      writeFileSafely(path, bytes);
      this.checkpoint = path;
    },
  } satisfies Partial<TrainRequest>;

  interrupted(): void {
    this.#progress?.clear();
    process.stderr.write("stopping after this step; Ctrl-C again ends at once\n");
  }

  end(): void {
    this.#progress?.finish();
    this.#progress = undefined;
  }

  #begin(...[memory, started]: Parameters<NonNullable<TrainRequest["onMemory"]>>): void {
    const { pictures, graph, augment, notes } = this.#job;
    const { batch, schedule } = this.#options;
    const { rule, learningRate, note } = this.#optimiser;
    const epochs = epochsOf(this.#options);
    const text = describeBeginning({
      ...{ ...started, memory, epochs, batch, schedule, learningRate, augment, stepsPerEpoch: this.#stepsPerEpoch },
      ...{ name: graph.name, set: pictures.set.name, pictures: pictures.set.count, optimiser: rule.name },
      notes: note === undefined ? notes : [...notes, note],
    });
    process.stderr.write(`${text}\n`);
    const total = epochs * this.#stepsPerEpoch * batch;
    this.#progress = createProgress({ label: this.#job.step, total, unit: "pictures", from: started.steps * batch });
  }
}
