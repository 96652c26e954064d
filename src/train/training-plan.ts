/** A training step as it was planned: where everything lies that the host writes and reads. */
import { type Graph, sizeOf } from "../graph/graph.js";
import type { Place } from "../runtime/site.js";
import type { PlanLayout } from "./layout.js";
import type { PlannedNetwork } from "./network.js";
import type { Parameter, ParameterLayout } from "./parameters.js";

/** What a step's memory is made of, in bytes. */
export interface TrainingMemory {
  readonly totalBytes: number;
  /** Parameters, their gradients, and what the optimiser keeps. */
  readonly parameterBytes: number;
  /** Values and gradients of a batch, and what kernels work in. */
  readonly batchBytes: number;
  /** Packed filters and tables. */
  readonly tableBytes: number;
  readonly recordBytes: number;
}

/** What a node gives, for looking at. */
export interface PlannedValue {
  readonly name: string;
  /** Byte address of the first image's part, bytes to the next one's, and numbers of an image. */
  readonly at: number;
  readonly each: number;
  readonly count: number;
  /** How many records have to run until it is there. Later ones may use its memory again. */
  readonly record: number;
}

export interface TrainingPlan {
  readonly memory: TrainingMemory;
  readonly parameters: ParameterLayout;
  /** Running statistics, which follow the batches. */
  readonly statistics: readonly Parameter[];
  readonly classes: number;
  /** Byte addresses. */
  readonly recordsAt: number;
  readonly records: number;
  /** How many of them pack filters, which comes first. */
  readonly packingRecords: number;
  /** How many of them run before the backward ones. */
  readonly forwardRecords: number;
  readonly parametersAt: number;
  readonly gradientsAt: number;
  readonly statesAt: number;
  readonly statisticsAt: number;
  readonly inputAt: number;
  readonly inputEach: number;
  readonly labelsAt: number;
  readonly labelEach: number;
  readonly lossAt: number;
  readonly lossEach: number;
  /** Where the record of the optimiser may be written, behind those of the step. */
  readonly optimiserAt: number;
  readonly values: readonly PlannedValue[];
  write(memory: ArrayBufferLike): void;
}

/** What was planned besides the records. */
interface Planned {
  /** How many numbers the optimiser keeps for each parameter. */
  readonly states: number;
  readonly parameters: ParameterLayout;
  readonly statistics: ParameterLayout;
  readonly kept: Readonly<Record<"parameters" | "gradients" | "states" | "statistics" | "labels" | "loss", Place>>;
  readonly input: Place;
  readonly classes: number;
}

export function trainingPlan(
  graph: Graph,
  network: PlannedNetwork,
  layout: PlanLayout,
  planned: Planned,
): TrainingPlan {
  const { states, parameters, statistics, kept, input, classes } = planned;
  const parameterBytes = parameters.bytes * (2 + states) + statistics.bytes;
  const { at, eachOf } = layout;
  return {
    memory: {
      totalBytes: layout.totalBytes,
      parameterBytes,
      batchBytes: layout.bufferBytes - parameterBytes,
      tableBytes: layout.tableBytes,
      recordBytes: layout.recordBytes,
    },
    parameters,
    statistics: statistics.list,
    classes,
    ...{ recordsAt: layout.recordsAt, records: layout.records },
    ...{ packingRecords: layout.packingRecords, forwardRecords: layout.forwardRecords },
    parametersAt: at(kept.parameters),
    gradientsAt: at(kept.gradients),
    statesAt: at(kept.states),
    statisticsAt: at(kept.statistics),
    inputAt: at(input),
    inputEach: eachOf(input),
    labelsAt: at(kept.labels),
    labelEach: eachOf(kept.labels),
    lossAt: at(kept.loss),
    lossEach: eachOf(kept.loss),
    optimiserAt: layout.spareAt,
    values: network.stages
      .map(({ output: name }) => ({ name, ...network.valueOf(name) }))
      .map(({ name, shape, place }) => ({
        ...{ name, at: at(place), each: eachOf(place), count: sizeOf(shape), record: layout.recordOf(place) },
      })),
    write(memory) {
      layout.write(memory);
      writeConstants(graph, memory, parameters.list, at(kept.parameters));
      writeConstants(graph, memory, statistics.list, at(kept.statistics));
    },
  };
}

function writeConstants(graph: Graph, memory: ArrayBufferLike, list: readonly Parameter[], base: number): void {
  for (const { name, shape, offset } of list) {
    new Float32Array(memory, base + offset, sizeOf(shape)).set(graph.constants.get(name)!.data);
  }
}
