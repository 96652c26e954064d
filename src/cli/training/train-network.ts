/** One training run as every verb has it: told, watched, validated, interrupted, and noted in the network. */
import { createHash } from "node:crypto";
import { compile } from "../../compile/encode.js";
import type { Augmentation } from "../../data/augment.js";
import { Batches } from "../../data/batches.js";
import { DataError, EspalierError, InterruptedError, RequestError, TrainingError } from "../../errors.js";
import type { Preprocessing } from "../../graph/about.js";
import type { Graph } from "../../graph/graph.js";
import { measureAccuracyInTurns } from "../../measure/accuracy.js";
import { openGraph } from "../../measure/runner.js";
import { countMacs } from "../../ops/walk.js";
import { simplify } from "../../passes/index.js";
import { createProgress, type Progress } from "../../report/progress.js";
import { type EpochResult, type LossNumbers, train, type Trained, type TrainRequest } from "../../train/index.js";
import { readBytes, writeFileSafely } from "../files.js";
import { withTrainingNoted } from "./about.js";
import { awaitInterruption } from "./interruption.js";
import { type Beginning, chooseOptimiser, type ChosenOptimiser, type TrainingOptions } from "./options.js";
import type { TrainingPictures } from "./pictures.js";
import { describeBeginning, describeStep } from "./report.js";

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

export interface TrainedNetwork {
  /** With its new weights, and what it now knows of itself. */
  readonly graph: Graph;
  readonly history: Trained["history"];
  /** On the validation set before the first step; null without one. */
  readonly validationBefore: number | null;
  readonly optimiser: ChosenOptimiser;
  readonly run: Pick<Trained, "threads" | "build" | "memory">;
}

/**
 * Trains, and says on standard error how it goes. Throws an `InterruptedError` after Ctrl-C and a `TrainingError` where numbers are
 * no longer finite; either names the checkpoint that is left.
 */
export async function trainNetwork(job: TrainingJob, options: TrainingOptions): Promise<TrainedNetwork> {
  const { graph, pictures, preprocessing, augment } = job;
  const optimiser = optimiserFor(job, options);
  const batches = new Batches(pictures.set, { size: options.batch, seed: options.seed, preprocessing, augment });
  const resume = options.resume === undefined ? undefined : readBytes(options.resume, DataError);
  const validate = validator(job, options);
  const validationBefore = validate ? await validate(graph) : null;
  const watch = new Watch(job, options, optimiser, batches.perEpoch);
  const interruption = awaitInterruption(() => watch.interrupted());
  try {
    const trained = await train(graph, {
      ...requestOf(job, options, optimiser),
      ...watch.callbacks,
      ...{ batches, validate, resume, signal: interruption.signal },
    });
    watch.end();
    if (trained.stopped !== undefined) throw stopped(trained, watch.checkpoint);
    const { history } = trained;
    const after = history.at(-1)?.validationTop1 ?? null;
    const done = { job, options, optimiser, epochs: history.length, before: validationBefore, after };
    return { graph: withTrainingNoted(trained.graph, done), history, validationBefore, optimiser, run: trained };
  } catch (error) {
    throw explained(error, options, watch);
  } finally {
    watch.end();
    interruption.release();
  }
}

/** What the options leave open depends on whether batch norm is still there. */
export function optimiserFor({ graph, beginning }: TrainingJob, options: TrainingOptions): ChosenOptimiser {
  const hasBatchNorm = graph.nodes.some(({ op }) => op === "batch-norm");
  return chooseOptimiser(options, beginning, hasBatchNorm);
}

function requestOf(job: TrainingJob, options: TrainingOptions, { rule, learningRate, numbers }: ChosenOptimiser) {
  const { batch, schedule, warmUp, threads, build, labelSmoothing, seed } = options;
  const { set } = job.pictures;
  const teacher = job.teacher && simplify(job.teacher);
  return {
    ...{ batch, schedule, warmUp, threads, build, learningRate, teacher },
    epochs: epochsOf(options),
    optimiser: rule,
    loss: { ...job.loss, smoothing: labelSmoothing },
    identity: {
      ...{
        seed,
        ...numbers,
        set: set.name,
        pictures: set.count,
        preprocessing: job.preprocessing,
        augment: job.augment,
      },
      ...(teacher ? { teacher: fingerprint(teacher) } : {}),
    },
    checkpoints: options.checkpoint === undefined ? "interruption" : "epochs",
  } satisfies Partial<TrainRequest>;
}

/** Every verb that trains wants it said. */
export function epochsOf({ epochs }: TrainingOptions): number {
  if (epochs === undefined)
    throw new RequestError("say how often each picture is to be seen, for example --epochs 10", "--epochs");
  return epochs;
}

const fingerprint = (graph: Graph) => createHash("sha256").update(compile(graph)).digest("hex").slice(0, 16);

/** Threads that divide the layers of one picture lose more time than they gain in smaller networks. */
const MACS_FOR_THREADS = 100e6;

/** Top-1 on the pictures that are kept aside, on the runtime: of what would ship. */
function validator({ pictures: { validation }, preprocessing }: TrainingJob, { threads, build }: TrainingOptions) {
  if (!validation) return undefined;
  return async (graph: Graph): Promise<number> => {
    const count = countMacs(graph) < MACS_FOR_THREADS ? 1 : threads;
    const session = await openGraph(graph, { build, threads: { count } });
    const progress = createProgress({ label: "validating", total: validation.count, unit: "pictures" });
    try {
      const onProgress = (done: number) => progress.update(done);
      return (await measureAccuracyInTurns(session, validation, { preprocessing, onProgress })).top1;
    } finally {
      progress.clear();
      session.dispose();
    }
  };
}

/** What is told and written while a run goes on. */
class Watch {
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

function stopped({ history }: Trained, checkpoint: string | undefined): InterruptedError {
  const when = `stopped in epoch ${history.length + 1}`;
  if (checkpoint === undefined)
    return new InterruptedError(`${when}; nothing is left of the run, --checkpoint FILE would keep it`);
  return new InterruptedError(`${when}; the same command with --resume ${checkpoint} goes on from here`);
}

/** The error with what the command line knows: which file it is about, what is left of the run. */
function explained(error: unknown, { resume }: TrainingOptions, { checkpoint }: Watch): unknown {
  const where = error instanceof EspalierError ? error.where : undefined;
  if (error instanceof TrainingError) {
    const left =
      checkpoint === undefined
        ? "no checkpoint was asked for (--checkpoint)"
        : `the last good checkpoint is ${checkpoint}`;
    return new TrainingError(`${error.message}; ${left}`, undefined, { cause: error });
  }
  if (resume === undefined || where !== undefined) return error;
  if (error instanceof DataError) return new DataError(error.message, resume, { cause: error });
  if (error instanceof RequestError) return new RequestError(error.message, resume, { cause: error });
  return error;
}
