/** A training run as bytes, and back: what is restored goes on bit for bit. */
import { createHash } from "node:crypto";
import { DataError, RequestError } from "../errors.js";
import { espalier } from "../gen/checkpoint.js";
import { type Graph } from "../graph/graph.js";
import type { TrainingStep } from "./step.js";

const VERSION = 1;

/** How far a run is. */
export interface RunState {
  /** Epochs that are through, and steps of the present one. */
  epoch: number;
  step: number;
  /** Sums over the images of the present epoch. */
  loss: number;
  correct: number;
  seen: number;
  /** Optimiser steps from the beginning on. */
  steps: number;
  readonly history: EpochResult[];
}

/** One epoch as it is reported. */
export interface EpochResult {
  /** From 1 on. */
  readonly epoch: number;
  /** Mean over the images, as they were seen. */
  readonly loss: number;
  /** Share of the labelled images whose first answer was right, as they were seen; null without labels. */
  readonly top1: number | null;
  /** The same on the validation set, by the network as it stands after the epoch; null without one. */
  readonly validationTop1: number | null;
  readonly imagesPerSecond: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
}

export const freshRun = (): RunState => ({ epoch: 0, step: 0, loss: 0, correct: 0, seen: 0, steps: 0, history: [] });

/** `request`: what decides about the run's numbers, as a plain object. */
export function saveCheckpoint(step: TrainingStep, state: RunState, request: object): Uint8Array {
  const { optimiser, statistics } = step.states;
  return espalier.Checkpoint.encode({
    version: VERSION,
    network: fingerprint(step.graph),
    request: JSON.stringify(request),
    epoch: state.epoch,
    step: state.step,
    loss: state.loss,
    correct: state.correct,
    seen: state.seen,
    steps: state.steps,
    parameters: step.parameters.map(({ name, values }) => ({ name, data: bytesOf(values) })),
    statistics: [...statistics].map(([name, values]) => ({ name, data: bytesOf(values) })),
    optimiser: bytesOf(optimiser),
    history: state.history.map((epoch) => JSON.stringify(epoch)),
  }).finish();
}

/** Puts a saved run into a fresh step. Throws a `DataError` or `RequestError` if it is not a run of this network and request. */
export function restoreCheckpoint(bytes: Uint8Array, step: TrainingStep, request: object): RunState {
  const saved = decode(bytes);
  if (Buffer.compare(saved.network, fingerprint(step.graph)) !== 0) {
    throw new RequestError(
      "the checkpoint is of another network; leave --resume out, or name the network it was made of",
    );
  }
  checkRequest(JSON.parse(saved.request) as Record<string, unknown>, request as Record<string, unknown>);
  const { optimiser, statistics } = step.states;
  for (const { name, values } of step.parameters) fill(values, saved.parameters, name);
  for (const [name, values] of statistics) fill(values, saved.statistics, name);
  copy(optimiser, saved.optimiser, "optimiser");
  const { epoch, loss, correct, seen, steps } = saved;
  const history = saved.history.map((line) => JSON.parse(line) as EpochResult);
  return { epoch, step: saved.step, loss, correct, seen, steps, history };
}

function decode(bytes: Uint8Array): espalier.Checkpoint {
  let saved: espalier.Checkpoint;
  try {
    saved = espalier.Checkpoint.decode(bytes);
    JSON.parse(saved.request);
  } catch (cause) {
    throw new DataError("is not a checkpoint, or is damaged", undefined, { cause });
  }
  if (saved.version !== VERSION)
    throw new DataError(`is a checkpoint of version ${saved.version}, expected ${VERSION}`);
  return saved;
}

function checkRequest(saved: Record<string, unknown>, asked: Record<string, unknown>): void {
  const other = Object.keys({ ...saved, ...asked }).filter(
    (key) => JSON.stringify(saved[key]) !== JSON.stringify(asked[key]),
  );
  if (other.length === 0) return;
  const list = other.map((key) => `${key} ${JSON.stringify(saved[key])}, not ${JSON.stringify(asked[key])}`).join("; ");
  throw new RequestError(`the checkpoint was made with ${list}; a run goes on only as it began`);
}

function fill(values: Float32Array, saved: readonly espalier.INumbers[], name: string): void {
  const found = saved.find((numbers) => numbers.name === name);
  if (!found?.data) throw new DataError(`the checkpoint has no numbers for "${name}"`);
  copy(values, found.data, name);
}

function copy(values: Float32Array, data: Uint8Array, name: string): void {
  if (data.length !== 4 * values.length) {
    throw new DataError(`the checkpoint has ${data.length / 4} numbers for "${name}", expected ${values.length}`);
  }
  values.set(new Float32Array(new Uint8Array(data).buffer));
}

/** A copy: what is encoded may be shared memory, which goes on changing. */
const bytesOf = (values: Float32Array) => new Uint8Array(Float32Array.from(values).buffer);

/** What a network is, without its weights. */
function fingerprint({ inputs, outputs, nodes, constants }: Graph): Buffer {
  const shapes = [...constants].map(([name, { shape }]) => [name, shape]);
  return createHash("sha256").update(JSON.stringify({ inputs, outputs, nodes, shapes })).digest();
}
