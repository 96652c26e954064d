/** From a graph and a batch size to the records of a training step, with all memory laid out before anything runs. */
import { Abi, StepOffset } from "../../assembly/abi.js";
import { TaskOffset, Training, TrainingKernel } from "../../assembly/training/abi.js";
import { ModelError } from "../errors.js";
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import type { Build } from "../runtime/engine.js";
import { alignUp, type Place } from "../runtime/site.js";
import { BackwardPass } from "./backward.js";
import { logitsOf } from "./logits.js";
import { PlannedNetwork, stagesOf, statisticsOf, trainedConstants } from "./network.js";
import { type Parameter, ParameterLayout } from "./parameters.js";
import { type Draft, type Group, Records } from "./records.js";

export interface PlanRequest {
  /** Images of a batch. */
  readonly batch: number;
  readonly threads: number;
  readonly build: Build;
  /** A network whose logits are to be followed; its weights stay. */
  readonly teacher?: Graph | undefined;
  /** How many numbers the optimiser keeps for each parameter. */
  readonly states: number;
  readonly loss: LossNumbers;
}

/** See assembly/training/kernels/loss.ts. */
export interface LossNumbers {
  readonly smoothing: number;
  /** Weight of the cross-entropy against the labels, and of following the teacher. */
  readonly labels: number;
  readonly teacher: number;
  readonly temperature: number;
}

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

/** Records of the optimiser: two runs of parameters. */
const OPTIMISER_RECORDS = 2;

/** Throws a `ModelError` where the graph cannot be trained. */
export function planTraining(graph: Graph, request: PlanRequest): TrainingPlan {
  const { batch, threads, build, teacher, states, loss } = request;
  const records = new Records(build);
  const { buffers } = records;
  const logits = logitsOf(graph);
  const stages = stagesOf(graph, logits);
  const parameters = new ParameterLayout(graph, trainedConstants(graph, stages));
  if (parameters.list.length === 0) throw new ModelError("has no weights to train", graph.name);
  const statistics = statisticsLayout(graph, statisticsOf(graph, stages));
  const kept = {
    parameters: buffers.keep(parameters.bytes, false),
    gradients: buffers.keep(parameters.bytes, false),
    states: buffers.keep(Math.max(64, states * parameters.bytes), false),
    statistics: buffers.keep(Math.max(64, statistics.bytes), false),
    labels: buffers.keep(4, true),
    loss: buffers.keep(4 * Training.lossFloats, true),
  };
  const network = new PlannedNetwork(graph, stages, records, batch, {
    placeOf(name) {
      const parameter = parameters.get(name);
      if (parameter) return { ...kept.parameters, offset: parameter.offset };
      const running = statistics.byName.get(name);
      return running && { ...kept.statistics, offset: running.offset };
    },
  });
  const [input] = graph.inputs;
  if (!input || graph.inputs.length > 1)
    throw new ModelError(`has ${graph.inputs.length} inputs, training wants one`, graph.name);
  const x = { shape: input.shape, place: buffers.keep(4 * sizeOf(input.shape), true) };
  network.forward(new Map([[input.name, x]]));
  const classes = classesOf(graph, network.shapes.get(logits)!);
  const taught = teacher && planTeacher(teacher, records, batch, x, classes);
  const gradient = buffers.add(4 * classes, true);
  records.each(TrainingKernel.Loss, {
    ...{ x: network.valueOf(logits).place, z: taught, w: kept.labels, y: gradient, state: kept.loss, count: classes },
    ...{ alpha: loss.smoothing, beta: loss.labels, gamma: loss.teacher, delta: loss.temperature, epsilon: 1 / batch },
  });
  records.barrier();
  const forwardGroups = records.groups.length - 1;
  new BackwardPass(network, records, parameters, kept.gradients).run(logits, gradient);
  return layOut(records, network, {
    graph,
    request,
    parameters,
    statistics,
    kept,
    input: x.place,
    classes,
    threads,
    forwardGroups,
  });
}

/** The teacher's logits for the same images. Batch norms that are folded cost nothing. */
function planTeacher(
  teacher: Graph,
  records: Records,
  batch: number,
  x: { shape: Shape; place: Place },
  classes: number,
): Place {
  const logits = logitsOf(teacher);
  const network = new PlannedNetwork(teacher, stagesOf(teacher, logits), records, batch, { placeOf: () => undefined });
  const own = teacher.inputs[0]!;
  if (sizeOf(own.shape) !== sizeOf(x.shape) || teacher.inputs.length > 1) {
    throw new ModelError(
      `the teacher's input is ${own.shape.join("x")}, the network's ${x.shape.join("x")}`,
      teacher.name,
    );
  }
  records.barrier();
  network.forward(new Map([[own.name, { shape: own.shape, place: x.place }]]), true);
  const given = sizeOf(network.shapes.get(logits)!);
  if (given !== classes) throw new ModelError(`the teacher has ${given} classes, the network ${classes}`, teacher.name);
  return network.valueOf(logits).place;
}

function classesOf(graph: Graph, shape: Shape): number {
  if (shape.at(-1) === sizeOf(shape) || shape[1] === sizeOf(shape)) return sizeOf(shape);
  throw new ModelError(`gives ${shape.join("x")}; training wants one score a class`, graph.name);
}

interface StatisticsLayout {
  readonly list: readonly Parameter[];
  readonly byName: ReadonlyMap<string, Parameter>;
  readonly bytes: number;
}

function statisticsLayout(graph: Graph, names: ReadonlySet<string>): StatisticsLayout {
  let offset = 0;
  const list = [...names].map((name): Parameter => {
    const { shape } = graph.constants.get(name)!;
    const entry = { name, role: "norm" as const, shape, offset };
    offset += alignUp(4 * sizeOf(shape) + Abi.slackBytes);
    return entry;
  });
  return { list, byName: new Map(list.map((entry) => [entry.name, entry])), bytes: offset };
}

interface Planned {
  readonly graph: Graph;
  readonly request: PlanRequest;
  readonly parameters: ParameterLayout;
  readonly statistics: StatisticsLayout;
  readonly kept: Readonly<Record<"parameters" | "gradients" | "states" | "statistics" | "labels" | "loss", Place>>;
  readonly input: Place;
  readonly classes: number;
  readonly threads: number;
  readonly forwardGroups: number;
}

/** A record with its place in the plan: of which image, if of one. */
interface Placed {
  readonly draft: Draft;
  readonly image: number;
}

function layOut(records: Records, network: PlannedNetwork, planned: Planned): TrainingPlan {
  const { request, parameters, statistics, kept, input, classes, graph } = planned;
  const { batch, threads } = request;
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
  const parameterBytes = parameters.bytes * (2 + request.states) + statistics.bytes;
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
        const each = (place: Place) => layout.eachOf(place.value);
        writeTask(view, to, draft, { address: (place) => addressOf(place, image), each, share: image < 0 ? share : 0 });
      };
      let to = recordsAt;
      let inside = innerAt;
      const next = () => (to += Training.taskBytes) - Training.taskBytes;
      for (const draft of records.preparing) write(next(), { draft, image: -1 });
      for (const group of records.groups) {
        if (group.each.length > 0) {
          writeImages(view, next(), inside, batch, group.each.length);
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

const topRecords = (groups: readonly Group[]) =>
  groups.reduce((sum, { each, all }) => sum + (each.length > 0 ? 1 : 0) + all.length, 0);

/** The thread that runs an image's records: as `firstOf` and `endOf` of assembly/threads.ts divide them. */
export function ownerOf(image: number, images: number, threads: number): number {
  let thread = 0;
  while (image >= Math.floor((images * (thread + 1)) / threads)) thread++;
  return thread;
}

function writeConstants(graph: Graph, memory: ArrayBufferLike, list: readonly Parameter[], base: number): void {
  for (const { name, shape, offset } of list) {
    new Float32Array(memory, base + offset, sizeOf(shape)).set(graph.constants.get(name)!.data);
  }
}

function writeImages(view: DataView, to: number, inner: number, images: number, count: number): void {
  view.setUint32(to + TaskOffset.kernel, TrainingKernel.Images, true);
  view.setUint32(to + TaskOffset.x, inner, true);
  view.setInt32(to + TaskOffset.images, images, true);
  view.setInt32(to + TaskOffset.count, count, true);
}

const TASK_FLOATS = new Set(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]);
const STEP_FLOATS = new Set(["lo", "hi", "value"]);

interface Resolve {
  address(place: Place): number;
  each(place: Place): number;
  /** Bytes of scratch of each thread, for records that all threads share. */
  readonly share: number;
}

function writeTask(view: DataView, to: number, draft: Draft & { own: true }, resolve: Resolve): void {
  view.setUint32(to + TaskOffset.kernel, draft.kernel, true);
  view.setInt32(to + TaskOffset.share, resolve.share, true);
  for (const [name, value] of Object.entries(draft.fields)) {
    if (value === undefined) continue;
    const offset = to + TaskOffset[name as keyof typeof TaskOffset];
    if (typeof value === "number") {
      if (TASK_FLOATS.has(name)) view.setFloat32(offset, value, true);
      else view.setInt32(offset, value, true);
    } else if ("eachOf" in value) view.setInt32(offset, resolve.each(value.eachOf), true);
    else view.setUint32(offset, resolve.address(value), true);
  }
}

function writeStep(
  view: DataView,
  to: number,
  { kernel, fields }: (Draft & { own: false })["step"],
  address: (place: Place) => number,
): void {
  view.setUint32(to + StepOffset.kernel, kernel, true);
  view.setFloat32(to + StepOffset.lo, -Infinity, true);
  view.setFloat32(to + StepOffset.hi, Infinity, true);
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const offset = to + StepOffset[name as keyof typeof StepOffset];
    if (typeof value !== "number") view.setUint32(offset, address(value), true);
    else if (STEP_FLOATS.has(name)) view.setFloat32(offset, value, true);
    else view.setInt32(offset, value, true);
  }
}
