/** Gradients of what a network answers with respect to values in between, its weights and batch norms as they are at inference. */
import { DataError, ModelError } from "../errors.js";
import { type Graph, sizeOf } from "../graph/graph.js";
import type { Build } from "../runtime/engine.js";
import type { Place } from "../runtime/site.js";
import { BackwardPass } from "./backward.js";
import { chooseMachine, type Machine, startMachine } from "./engine.js";
import { fixBatchNorms } from "./fixed-norms.js";
import { layOut, type PlanLayout } from "./layout.js";
import { PlannedNetwork, stagesOf } from "./network.js";
import { Records } from "./records.js";

export interface ValueGradientsRequest {
  /** What nodes give whose gradients are asked for. */
  readonly values: readonly string[];
  /** Images that are run together. */
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly build?: Build | "auto" | undefined;
}

/** The slopes of a function of an image's answers, one array for each of the graph's outputs, as `answers` has them. */
export type SlopesOf = (answers: readonly Float32Array[], image: number) => readonly ArrayLike<number>[];

/** Numbers of which each image has some. */
interface Stretch {
  readonly at: number;
  readonly each: number;
  readonly count: number;
}

interface ValuePlan {
  readonly layout: PlanLayout;
  readonly input: Stretch;
  readonly answers: readonly Stretch[];
  /** Where the slopes of each answer go. */
  readonly slopes: readonly Stretch[];
  readonly values: ReadonlyMap<string, { readonly value: Stretch; readonly gradient: Stretch }>;
}

export class ValueGradients {
  readonly batch: number;
  readonly #plan: ValuePlan;
  readonly #machine: Machine;

  private constructor(batch: number, plan: ValuePlan, machine: Machine) {
    this.batch = batch;
    this.#plan = plan;
    this.#machine = machine;
  }

  /**
   * Throws a `ModelError` where an operator between a value and the outputs has no gradient, and for convolutions that compute some
   * positions only: give their masked meaning (prune/edits) instead.
   */
  static async open(graph: Graph, request: ValueGradientsRequest): Promise<ValueGradients> {
    const { batch, threads = 1, build = "auto" } = request;
    const chosen = chooseMachine(threads, build);
    const plan = planValues(fixBatchNorms(graph), { ...request, ...chosen });
    const machine = await startMachine(plan.layout.totalBytes, chosen.threads, chosen.build, graph.name);
    plan.layout.write(machine.bytes);
    machine.crew.run(plan.layout.recordsAt, 0, plan.layout.packingRecords);
    return new ValueGradients(batch, plan, machine);
  }

  /** Bytes of memory that it takes. */
  static bytesOf(graph: Graph, request: ValueGradientsRequest): number {
    const { threads = 1, build = "auto" } = request;
    return planValues(fixBatchNorms(graph), { ...request, ...chooseMachine(threads, build) }).layout.totalBytes;
  }

  /** Runs up to `batch` images forward, asks for the slopes of each one's answers, and runs backward. */
  run(images: readonly Float32Array[], slopesOf: SlopesOf): void {
    const { layout, input, answers, slopes } = this.#plan;
    const wrong = images.find((image) => image.length !== input.count);
    if (wrong) throw new DataError(`expected images of ${input.count} numbers, got ${wrong.length}`);
    images.forEach((image, i) => this.#floats(input, i).set(image));
    const { recordsAt, packingRecords: packed, forwardRecords, records } = layout;
    this.#machine.crew.run(recordsAt, packed, forwardRecords - packed);
    for (let i = 0; i < images.length; i++) {
      const given = slopesOf(
        answers.map((answer) => this.#floats(answer, i)),
        i,
      );
      slopes.forEach((slope, a) => this.#floats(slope, i).set(given[a]!));
    }
    this.#machine.crew.run(recordsAt, forwardRecords, records - forwardRecords);
  }

  /** What an image of the last run gave at one of the values asked for; a view until the next run. */
  value(name: string, image: number): Float32Array {
    return this.#floats(this.#plan.values.get(name)!.value, image);
  }

  /** The gradient there; a view until the next run. */
  gradient(name: string, image: number): Float32Array {
    return this.#floats(this.#plan.values.get(name)!.gradient, image);
  }

  /** Ends the other threads. */
  dispose(): void {
    this.#machine.crew.end();
  }

  #floats({ at, each, count }: Stretch, image: number): Float32Array {
    return new Float32Array(this.#machine.bytes, at + image * each, count);
  }
}

function planValues(
  graph: Graph,
  { values, batch, threads, build }: ValueGradientsRequest & { readonly threads: number; readonly build: Build },
): ValuePlan {
  const [input, ...others] = graph.inputs;
  if (!input || others.length > 0)
    throw new ModelError(`has ${graph.inputs.length} inputs; gradients want one`, graph.name);
  const records = new Records(build);
  const { buffers } = records;
  const network = new PlannedNetwork(graph, stagesOf(graph, graph.outputs, new Set(values)), records, batch, {
    placeOf: () => undefined,
  });
  const sizeAt = (name: string) => sizeOf(network.shapes.get(name)!);
  const room = (names: readonly string[]) =>
    new Map<string, Place>(names.map((name) => [name, buffers.keep(4 * sizeAt(name), true)]));
  const [slopes, gradients] = [room(graph.outputs), room(values)];
  const x = { shape: input.shape, place: buffers.keep(4 * sizeOf(input.shape), true) };
  network.forward(new Map([[input.name, x]]));
  records.barrier();
  const forwardGroups = records.groups.length - 1;
  new BackwardPass(network, records, { values: gradients }).run(slopes);
  // What the host reads stays until the end.
  for (const name of [...graph.outputs, ...values])
    buffers.touch(network.valueOf(name).place, records.groups.length - 1);
  const layout = layOut(records, { batch, threads, forwardGroups, spareRecords: 0 });
  const stretch = (place: Place, count: number): Stretch => ({
    at: layout.at(place),
    each: layout.eachOf(place),
    count,
  });
  const given = (name: string) => stretch(network.valueOf(name).place, sizeAt(name));
  return {
    layout,
    input: stretch(x.place, sizeOf(input.shape)),
    answers: graph.outputs.map(given),
    slopes: graph.outputs.map((name) => stretch(slopes.get(name)!, sizeAt(name))),
    values: new Map(
      values.map((name) => [name, { value: given(name), gradient: stretch(gradients.get(name)!, sizeAt(name)) }]),
    ),
  };
}
