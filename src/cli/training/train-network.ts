/** One training run as every verb has it: told, watched, validated, interrupted, and noted in the network. */
import { createHash } from "node:crypto";
import { compile } from "../../compile/encode.js";
import { Batches } from "../../data/batches.js";
import { DataError, EspalierError, InterruptedError, RequestError, TrainingError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { measureAccuracyInTurns } from "../../measure/accuracy.js";
import { openGraph } from "../../measure/runner.js";
import { countMacs } from "../../ops/walk.js";
import { simplify } from "../../passes/index.js";
import { createProgress } from "../../report/progress.js";
import { keepZeros, train, type Trained, type TrainRequest } from "../../train/index.js";
import { readBytes } from "../files.js";
import { withTrainingNoted } from "./about.js";
import { awaitInterruption } from "./interruption.js";
import type { TrainingJob } from "./job.js";
import { type ChosenOptimiser, chooseOptimiser } from "./optimiser.js";
import { epochsOf, type TrainingOptions } from "./options.js";
import { Watch } from "./watch.js";
import { keepsZeros } from "./zeros.js";

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
    hooks: keepsZeros(job.beginning, options) ? keepZeros(job.graph) : undefined,
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
      ...(options.regrow ? { regrow: true } : {}),
    },
    checkpoints: options.checkpoint === undefined ? "interruption" : "epochs",
  } satisfies Partial<TrainRequest>;
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
