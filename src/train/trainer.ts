/** A training run: epochs of batches, a learning rate that follows its schedule, hooks, checkpoints, and an end at any step. */
import { RequestError, TrainingError } from "../errors.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import type { Build } from "../runtime/engine.js";
import { type EpochResult, freshRun, restoreCheckpoint, type RunState, saveCheckpoint } from "./checkpoint.js";
import type { HookContext, TrainingHooks } from "./hooks.js";
import type { OptimiserRule } from "./optimiser.js";
import type { LossNumbers } from "./plan.js";
import type { TrainingMemory } from "./training-plan.js";
import { scheduleOf } from "./schedule.js";
import { type BatchResult, TrainingStep } from "./step.js";

/** Where images come from, by epoch and number of the batch: what a number gives never changes. */
export interface BatchSource {
  readonly perEpoch: number;
  /** Labels are -1 where there are none. Arrays may be used again for the next batch. */
  batch(epoch: number, index: number): { readonly inputs: Float32Array; readonly labels: Int32Array };
}

/** What is known while an epoch runs. */
export interface StepProgress {
  /** From 1 on. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean of the epoch so far. */
  readonly loss: number;
  readonly top1: number;
  readonly imagesPerSecond: number;
  readonly learningRate: number;
}

export interface TrainRequest {
  readonly batches: BatchSource;
  readonly batch: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** One of `SCHEDULES`; default "cosine". */
  readonly schedule?: string | undefined;
  /** Epochs, or a part of one, over which the learning rate rises; default 0. */
  readonly warmUp?: number | undefined;
  readonly optimiser: OptimiserRule;
  readonly loss?: Partial<LossNumbers> | undefined;
  /** A network to follow, as it answers at inference; faster with its batch norms folded (passes/fold-batch-norm). */
  readonly teacher?: Graph | undefined;
  readonly threads?: number | undefined;
  readonly build?: Build | "auto" | undefined;
  readonly hooks?: TrainingHooks | undefined;
  /** Top-1 on pictures kept aside, asked for after each epoch. */
  readonly validate?: ((graph: Graph) => Promise<number>) | undefined;
  /** What else decides about the run's numbers, noted in checkpoints: the data's name, its seed, its augmentation. */
  readonly identity?: object | undefined;
  /** A checkpoint to go on from. */
  readonly resume?: Uint8Array | undefined;
  /** When checkpoints are made: after each epoch too, or, where they would only cost time, when the run is interrupted. */
  readonly checkpoints?: "epochs" | "interruption" | undefined;
  /** Takes the bytes of a checkpoint: after each epoch, and when the run is interrupted. */
  readonly onCheckpoint?: ((bytes: Uint8Array) => void) | undefined;
  /** When everything is in its place, before the first step. */
  readonly onMemory?: ((memory: TrainingMemory, started: Started) => void) | undefined;
  readonly onStep?: ((progress: StepProgress) => void) | undefined;
  readonly onEpoch?: ((epoch: EpochResult) => void) | undefined;
  /** Ends the run after the present step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** What a run has when it begins. */
export interface Started {
  readonly threads: number;
  readonly build: Build;
  /** Numbers that are trained. */
  readonly parameters: number;
  /** Optimiser steps that are through already, if it goes on from a checkpoint. */
  readonly steps: number;
}

export interface Trained {
  readonly graph: Graph;
  readonly history: readonly EpochResult[];
  /** Why the run ended early, if it did. */
  readonly stopped: string | undefined;
  readonly threads: number;
  readonly build: Build;
  readonly memory: TrainingMemory;
}

/** Milliseconds of work after which others may have their turn: signals, progress. */
const TURN = 50;

/**
 * Trains a graph and returns it with its new weights. Throws a `TrainingError` that names step and layer when numbers are no longer
 * finite; the checkpoint of the last epoch is still good then.
 */
export async function train(graph: Graph, request: TrainRequest): Promise<Trained> {
  checkRequest(request);
  const step = await TrainingStep.open(graph, request);
  try {
    const run = new Run(step, request);
    request.onMemory?.(step.memory, startOf(step, run.state));
    const stopped = await run.toTheEnd();
    const { threads, build, memory } = step;
    return { graph: step.trained(), history: run.state.history, stopped, threads, build, memory };
  } finally {
    step.dispose();
  }
}

function startOf({ threads, build, parameters }: TrainingStep, { steps }: RunState): Started {
  return { threads, build, parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0), steps };
}

function checkRequest({ epochs, batches }: TrainRequest): void {
  if (!Number.isSafeInteger(epochs) || epochs < 1)
    throw new RequestError(`expected epochs from 1 on, got ${epochs}`, "epochs");
  if (batches.perEpoch < 1) throw new RequestError("the set has no whole batch; take a smaller one", "batch");
}

class Run {
  readonly state: RunState;
  readonly #step: TrainingStep;
  readonly #request: TrainRequest;
  readonly #identity: object;
  readonly #rateAt: (step: number) => number;
  readonly #parameters: HookContext["parameters"];
  /** When the present epoch began, and with how many images, in this process. */
  #began = { at: 0, seen: 0 };
  #turn = performance.now();

  constructor(step: TrainingStep, request: TrainRequest) {
    const {
      batches,
      batch,
      epochs,
      learningRate,
      schedule = "cosine",
      warmUp = 0,
      optimiser,
      loss,
      identity,
    } = request;
    this.#step = step;
    this.#request = request;
    this.#identity = { batch, epochs, learningRate, schedule, warmUp, optimiser: optimiser.name, ...loss, ...identity };
    this.#rateAt = scheduleOf({
      name: schedule,
      learningRate,
      steps: epochs * batches.perEpoch,
      warmUp: Math.round(warmUp * batches.perEpoch),
    });
    this.#parameters = new Map(step.parameters.map((parameter) => [parameter.name, parameter]));
    this.state = request.resume ? restoreCheckpoint(request.resume, step, this.#identity) : freshRun();
  }

  /** Returns why it ended early, if it did. */
  async toTheEnd(): Promise<string | undefined> {
    const { epochs, batches } = this.#request;
    const { state } = this;
    while (state.epoch < epochs) {
      this.#began = { at: performance.now(), seen: state.seen };
      while (state.step < batches.perEpoch) {
        await this.#giveTurn();
        if (this.#request.signal?.aborted) {
          this.#save();
          return "interrupted";
        }
        const reason = this.#oneStep();
        if (reason !== undefined) return reason;
      }
      await this.#endEpoch();
    }
    return undefined;
  }

  #oneStep(): string | undefined {
    const { state } = this;
    const { batches, batch, hooks, onStep } = this.#request;
    const { inputs, labels } = batches.batch(state.epoch, state.step);
    const result = this.#step.run(inputs, labels);
    const learningRate = this.#rateAt(state.steps);
    const context = this.#context(learningRate);
    const loss = result.loss + (hooks?.penalty?.(context) ?? 0);
    if (!Number.isFinite(loss)) throw this.#notFinite(learningRate);
    hooks?.editGradients?.(context);
    this.#step.update(learningRate, state.steps + 1);
    hooks?.editWeights?.(context);
    this.#count({ ...result, loss }, batch);
    onStep?.(this.#progress(learningRate));
    return hooks?.stop?.({ ...this.#context(learningRate), loss });
  }

  #count({ loss, correct }: BatchResult, batch: number): void {
    const { state } = this;
    state.loss += loss * batch;
    state.correct += correct;
    state.seen += batch;
    state.step++;
    state.steps++;
  }

  #context(learningRate: number): HookContext {
    const { epochs, batches } = this.#request;
    const { steps: step, epoch } = this.state;
    return { parameters: this.#parameters, step, steps: epochs * batches.perEpoch, epoch, learningRate };
  }

  #progress(learningRate: number): StepProgress {
    const { epoch, step, loss, correct, seen } = this.state;
    return {
      epoch: epoch + 1,
      step,
      stepsPerEpoch: this.#request.batches.perEpoch,
      loss: loss / seen,
      top1: correct / seen,
      imagesPerSecond: this.#rate(),
      learningRate,
    };
  }

  #rate(): number {
    return ((this.state.seen - this.#began.seen) * 1000) / (performance.now() - this.#began.at);
  }

  async #endEpoch(): Promise<void> {
    const { state } = this;
    const { validate, onEpoch, loss } = this.#request;
    const imagesPerSecond = this.#rate();
    const validationTop1 = validate ? await validate(this.#step.trained()) : null;
    const result: EpochResult = {
      epoch: state.epoch + 1,
      loss: state.loss / state.seen,
      top1: loss?.labels === 0 ? null : state.correct / state.seen,
      validationTop1,
      imagesPerSecond,
      learningRate: this.#rateAt(state.steps - 1),
    };
    state.history.push(result);
    Object.assign(state, { epoch: state.epoch + 1, step: 0, loss: 0, correct: 0, seen: 0 });
    if (this.#request.checkpoints !== "interruption") this.#save();
    onEpoch?.(result);
  }

  #save(): void {
    this.#request.onCheckpoint?.(saveCheckpoint(this.#step, this.state, this.#identity));
  }

  #notFinite(learningRate: number): TrainingError {
    const { epoch, step, steps } = this.state;
    const layer = this.#step.firstNonFinite();
    const where = layer === undefined ? "the loss" : `what layer "${layer}" gives`;
    const when = `step ${steps + 1} (epoch ${epoch + 1}, batch ${step + 1})`;
    return new TrainingError(
      `${where} is not finite at ${when}, with learning rate ${learningRate.toPrecision(3)}; lower --lr, or warm up (--warm-up 1)`,
      this.#step.graph.name,
    );
  }

  /** Lets signals and other work through now and then. */
  async #giveTurn(): Promise<void> {
    if (performance.now() - this.#turn < TURN) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turn = performance.now();
  }
}
