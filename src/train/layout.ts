/** The memory of a training step, laid out before anything runs, and its records written into it. */
import { Abi } from "../../assembly/abi.js";
import { Training, TrainingKernel } from "../../assembly/training/abi.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import { alignUp, type Place } from "../runtime/site.js";
import { writeStep } from "../runtime/write-step.js";
import type { PlannedNetwork } from "./network.js";
import type { Parameter, ParameterLayout } from "./parameters.js";
import type { Draft, EachBytes, Group, Records, TaskFields } from "./records.js";
import { type TaskNumbers, writeTask } from "./write-task.js";

/** Records of the optimiser: two runs of parameters. */
const OPTIMISER_RECORDS = 2;

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
  readonly graph: Graph;
  readonly batch: number;
  readonly threads: number;
  /** How many numbers the optimiser keeps for each parameter. */
  readonly states: number;
  readonly parameters: ParameterLayout;
  readonly statistics: ParameterLayout;
  readonly kept: Readonly<Record<"parameters" | "gradients" | "states" | "statistics" | "labels" | "loss", Place>>;
  readonly input: Place;
  readonly classes: number;
  /** Groups of records in front of the backward ones. */
  readonly forwardGroups: number;
}

/** A record with its place in the plan: of which image, if of one. */
interface Placed {
  readonly draft: Draft;
  readonly image: number;
}

/** Lays out all memory, and says how it is written. */
export function layOut(records: Records, network: PlannedNetwork, planned: Planned): TrainingPlan {
  const { batch, threads, states, parameters, statistics, kept, input, classes, graph } = planned;
  const layout = records.buffers.layOut(batch);
  const top = topRecords(records.groups);
  const inner = records.groups.reduce((sum, { each }) => sum + each.length * batch, 0);
  const count = records.preparing.length + top;
  const recordBytes = (count + OPTIMISER_RECORDS + inner) * Training.taskBytes;
  const constantsAt = Abi.firstFree;
  const recordsAt = constantsAt + alignUp(records.constants.bytes);
  const optimiserAt = recordsAt + count * Training.taskBytes;
  const innerAt = optimiserAt + OPTIMISER_RECORDS * Training.taskBytes;
  const scratchAt = recordsAt + alignUp(recordBytes);
  const share = alignUp(records.scratchBytes + Abi.slackBytes);
  const arenaAt = scratchAt + share * threads;
  const totalBytes = arenaAt + layout.bytes;
  const addressOf = (place: Place, image: number): number => {
    if (place.region === "constants") return constantsAt + place.offset;
    if (place.region === "scratch")
      return scratchAt + (image < 0 ? 0 : ownerOf(image, batch, threads) * share) + place.offset;
    return arenaAt + layout.offsetOf(place.value) + Math.max(0, image) * layout.eachOf(place.value) + place.offset;
  };
  const at = (place: Place) => addressOf(place, -1);
  const parameterBytes = parameters.bytes * (2 + states) + statistics.bytes;
  return {
    memory: {
      totalBytes,
      parameterBytes,
      batchBytes: layout.bytes - parameterBytes + share * threads,
      tableBytes: records.constants.bytes,
      recordBytes,
    },
    parameters,
    statistics: statistics.list,
    classes,
    recordsAt,
    records: count,
    packingRecords: records.preparing.length,
    forwardRecords: records.preparing.length + topRecords(records.groups.slice(0, planned.forwardGroups)),
    parametersAt: at(kept.parameters),
    gradientsAt: at(kept.gradients),
    statesAt: at(kept.states),
    statisticsAt: at(kept.statistics),
    inputAt: at(input),
    inputEach: layout.eachOf(input.value),
    labelsAt: at(kept.labels),
    labelEach: layout.eachOf(kept.labels.value),
    lossAt: at(kept.loss),
    lossEach: layout.eachOf(kept.loss.value),
    optimiserAt,
    values: network.stages
      .map(({ output: name }) => ({ name, ...network.valueOf(name) }))
      .map(({ name, shape, place }) => ({
        name,
        at: at(place),
        each: layout.eachOf(place.value),
        count: sizeOf(shape),
        record: records.preparing.length + topRecords(records.groups.slice(0, records.buffers.firstGroup(place) + 1)),
      })),
    write(memory) {
      records.constants.write(memory, constantsAt);
      const view = new DataView(memory);
      const write = (to: number, { draft, image }: Placed) => {
        if (!draft.own) return writeStep(view, to, draft.step, (place) => addressOf(place, image));
        const number = (value: Place | EachBytes | number) => {
          if (typeof value === "number") return value;
          return "eachOf" in value ? layout.eachOf(value.eachOf.value) : addressOf(value, image);
        };
        writeTask(view, to, draft.kernel, { share: image < 0 ? share : 0, ...mapFields(draft.fields, number) });
      };
      let to = recordsAt;
      let inside = innerAt;
      const next = () => (to += Training.taskBytes) - Training.taskBytes;
      for (const draft of records.preparing) write(next(), { draft, image: -1 });
      for (const group of records.groups) {
        if (group.each.length > 0) {
          writeTask(view, next(), TrainingKernel.Images, { x: inside, images: batch, count: group.each.length });
          for (let image = 0; image < batch; image++) {
            for (const draft of group.each) {
              write(inside, { draft, image });
              inside += Training.taskBytes;
            }
          }
        }
        for (const draft of group.all) write(next(), { draft, image: -1 });
      }
      writeConstants(graph, memory, parameters.list, at(kept.parameters));
      writeConstants(graph, memory, statistics.list, at(kept.statistics));
    },
  };
}

function mapFields(fields: TaskFields, number: (value: Place | EachBytes | number) => number): TaskNumbers {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, number(value)]])),
  );
}

const topRecords = (groups: readonly Group[]) =>
  groups.reduce((sum, { each, all }) => sum + (each.length > 0 ? 1 : 0) + all.length, 0);

/** The thread that runs an image's records: as `firstOf` and `endOf` of assembly/threads.ts divide them. */
function ownerOf(image: number, images: number, threads: number): number {
  let thread = 0;
  while (image >= Math.floor((images * (thread + 1)) / threads)) thread++;
  return thread;
}

function writeConstants(graph: Graph, memory: ArrayBufferLike, list: readonly Parameter[], base: number): void {
  for (const { name, shape, offset } of list) {
    new Float32Array(memory, base + offset, sizeOf(shape)).set(graph.constants.get(name)!.data);
  }
}
