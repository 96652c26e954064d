/**
 * The whole way on pictures that the program draws itself: train a small residual network, prune it by several methods to several
 * budgets, recover, fine-tune, compile, and measure all of them side by side.
 */
import {
  Batches,
  compile,
  type Comparison,
  describeGraph,
  type Graph,
  type ImageSet,
  initialise,
  load,
  measureAccuracy,
  measureLatency,
  MODELS,
  openMoments,
  openSet,
  parseBudget,
  preprocessingFor,
  fillInput,
  prune,
  type PruneResult,
  randomInputs,
  recoverStatistics,
  runtimeRunner,
  sgd,
  train,
  type Trained,
  type Variant,
} from "../../src/index.js";
import { availableParallelism } from "node:os";

export interface Plan {
  readonly net: string;
  /** Pictures to train on, and to test on. */
  readonly pictures: number;
  readonly testPictures: number;
  readonly epochs: number;
  readonly fineTuneEpochs: number;
  readonly methods: readonly string[];
  readonly budgets: readonly string[];
  /** Rounds of the latency measurement. */
  readonly rounds: number;
  readonly seed: number;
}

/** What `npm start` does. */
export const MAIN_JOB: Plan = {
  net: "resnet8_32",
  pictures: 10_000,
  testPictures: 2000,
  epochs: 8,
  fineTuneEpochs: 2,
  methods: ["l1", "l2", "random"],
  budgets: ["macs=0.7", "macs=0.5", "macs=0.25"],
  rounds: 200,
  seed: 1,
};

const BATCH = 64;
/** Pictures, without their labels, on which batch-norm statistics are estimated anew. */
export const SAMPLES = 500;

/** Says what is going on, and how many of the pictures that all training takes have been seen. */
export type Report = (what: string, seen: number, total: number) => void;

interface Candidate {
  readonly name: string;
  readonly method?: string;
  readonly graph: Graph;
  readonly cut?: PruneResult;
  readonly accuracy: Variant["accuracy"];
  readonly history: Trained["history"];
}

const PREPROCESSING = preprocessingFor([1, 3, 32, 32], { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });

/** Runs the job; the comparison is what a report shows. */
export async function compareOnGlyphs(plan: Plan, report: Report): Promise<Comparison> {
  const epochs = plan.epochs + plan.methods.length * plan.budgets.length * plan.fineTuneEpochs;
  const total = epochs * Math.floor(plan.pictures / BATCH) * BATCH;
  let seen = 0;
  const job: Job = {
    plan,
    pictures: openSet(`glyphs:train,seed=${plan.seed},n=${plan.pictures}`),
    test: openSet(`glyphs:test,seed=${plan.seed},n=${plan.testPictures}`),
    report: (what, images = 0) => report(what, (seen += images), total),
  };
  const begin = initialise(MODELS[plan.net]!(), plan.seed);
  const dense = await trainNetwork(job, "dense", begin, { epochs: plan.epochs, learningRate: 0.1, warmUp: 0.5 });
  const top1 = dense.history.at(-1)!.validationTop1!;
  const candidates: Candidate[] = [
    { name: "dense", graph: dense.graph, accuracy: { fineTuned: top1 }, history: dense.history },
  ];
  for (const method of plan.methods) {
    for (const budget of plan.budgets) candidates.push(await pruned(job, dense.graph, method, budget));
  }
  job.report("measuring time");
  const [denseVariant, ...variants] = await measured(candidates, plan.rounds);
  return {
    title: "ResNet-8 on drawn glyphs",
    facts: facts(plan, dense),
    testPictures: plan.testPictures,
    dense: denseVariant!,
    variants,
  };
}

interface Job {
  readonly plan: Plan;
  readonly pictures: ImageSet;
  readonly test: ImageSet;
  /** `images` more have been trained on. */
  readonly report: (what: string, images?: number) => void;
}

async function accuracyOf(job: Job, graph: Graph): Promise<number> {
  const session = await load(compile(graph));
  const { top1 } = measureAccuracy(session, job.test, { preprocessing: PREPROCESSING });
  session.dispose();
  return top1;
}

interface Training {
  readonly epochs: number;
  readonly learningRate: number;
  readonly warmUp?: number;
}

function trainNetwork(
  job: Job,
  name: string,
  graph: Graph,
  { epochs, learningRate, warmUp }: Training,
): Promise<Trained> {
  const batches = new Batches(job.pictures, { size: BATCH, seed: job.plan.seed, preprocessing: PREPROCESSING });
  const said = (epoch: number, top1: number) =>
    `${name}: epoch ${epoch} of ${epochs}, ${(100 * top1).toFixed(1)}% right`;
  return train(graph, {
    batches,
    batch: BATCH,
    epochs,
    learningRate,
    warmUp,
    optimiser: sgd({ nesterov: true }),
    threads: Math.min(2, availableParallelism()),
    validate: (trained) => accuracyOf(job, trained),
    onStep: ({ epoch, top1 }) => job.report(said(epoch, top1), BATCH),
    onEpoch: ({ epoch, validationTop1 }) => job.report(`${said(epoch, validationTop1!)} of the test pictures`),
  });
}

async function pruned(job: Job, dense: Graph, method: string, budget: string): Promise<Candidate> {
  const name = `${method}, ${budget}`;
  job.report(`${name}: pruning`);
  const cut = await prune(
    dense,
    { method, scope: "local", keep: parseBudget(budget), seed: job.plan.seed },
    runtimeRunner(),
  );
  const asCut = await accuracyOf(job, cut.graph);
  const recovered = await recoverStatistics(dense, cut, samplesOf(job.pictures), {
    runner: runtimeRunner(),
    moments: await openMoments(),
  });
  const statistics = await accuracyOf(job, recovered.graph);
  const tuning = { epochs: job.plan.fineTuneEpochs, learningRate: 0.05, warmUp: 0.2 };
  const { graph, history } = await trainNetwork(job, name, recovered.graph, tuning);
  const accuracy = { asCut, statistics, fineTuned: history.at(-1)!.validationTop1! };
  return { name, method, graph, cut, accuracy, history };
}

function samplesOf(set: ImageSet) {
  const count = Math.min(SAMPLES, set.count);
  const get = (index: number) => {
    const pixels = new Float32Array(3 * 32 * 32);
    fillInput(set.picture(index), PREPROCESSING, pixels);
    return pixels;
  };
  return { count, get };
}

/** All networks in turn, round after round, so that a drifting machine is fair to each. */
async function measured(candidates: readonly Candidate[], rounds: number): Promise<Variant[]> {
  const files = candidates.map(({ graph }) => compile(graph));
  const sessions = await Promise.all(files.map((bytes) => load(bytes)));
  const latencies = measureLatency(sessions, { runs: rounds });
  const variants = candidates.map(({ name, method, cut, accuracy, history }, i) => {
    const session = sessions[i]!;
    return {
      name,
      ...(method === undefined ? {} : { method }),
      accuracy,
      medianMs: latencies[i]!.medianMs,
      macs: session.macs,
      parameters: describeGraph(candidates[i]!.graph).parameters,
      bytes: files[i]!.length,
      peakBytes: session.peakBytes,
      units: cut?.units ?? [],
      layers: session.profile(randomInputs(session), 50),
      history: history.map((epoch) => ({
        epoch: epoch.epoch,
        loss: epoch.loss,
        top1: epoch.top1 ?? undefined,
        validationTop1: epoch.validationTop1 ?? undefined,
      })),
    };
  });
  sessions.forEach((session) => session.dispose());
  return variants;
}

function facts(plan: Plan, { build, threads, memory }: Trained) {
  return [
    {
      label: "pictures",
      value: `glyphs, drawn from seed ${plan.seed}: ${plan.pictures} to train on, ${plan.testPictures} to test on`,
    },
    {
      label: "training",
      value: `${plan.epochs} epochs, batches of ${BATCH}, ${threads} threads, ${(memory.totalBytes / 1e6).toFixed(0)} MB`,
    },
    {
      label: "fine-tuning",
      value: `${plan.fineTuneEpochs} epochs each, after batch-norm statistics on ${SAMPLES} pictures`,
    },
    {
      label: "engine",
      value: `Node ${process.versions.node}, ${build} build; times are of one thread, in turn, medians of ${plan.rounds}`,
    },
    { label: "date", value: new Date().toISOString().slice(0, 10) },
  ];
}
