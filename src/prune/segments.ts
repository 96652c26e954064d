/** Runs a network in segments, a batch of samples at a time, so that values in between can be looked at and changed. */
import { DataError } from "../errors.js";
import { neededNodes } from "../graph/edit.js";
import { type Graph, type Node, type Shape, sizeOf } from "../graph/graph.js";
import { inferShapes } from "../ops/walk.js";
import type { Prepared, Runner } from "./runner.js";
import { subgraph } from "./subgraph.js";

/** Inputs of a network with one input. */
export interface Samples {
  readonly count: number;
  /** The input's numbers for sample i. */
  get(i: number): Float32Array;
  /** Its class, where that is known. */
  label?(i: number): number | undefined;
}

/** The first of them, so many at most. */
export function firstOf(samples: Samples, most: number): Samples {
  return { count: Math.min(samples.count, most), get: (i) => samples.get(i), label: (i) => samples.label?.(i) };
}

/** The same samples. `get` throws a `DataError` where a number is not finite. */
export function finiteSamples(samples: Samples): Samples {
  return {
    count: samples.count,
    label: (i) => samples.label?.(i),
    get(i) {
      const numbers = samples.get(i);
      const bad = numbers.findIndex((value) => !Number.isFinite(value));
      if (bad < 0) return numbers;
      throw new DataError(
        `number ${bad} is ${numbers[bad]}, which is not finite; look for NaN in the set`,
        `picture ${i}`,
      );
    },
  };
}

/** Where a run stops: after `node`, or instead of it. */
export interface Place {
  readonly node: Node;
  /** True: the visitor computes the node's output from its input; the node itself never runs. */
  readonly replaces: boolean;
}

/** Sees the value at a place, one array a sample, and changes it in place. */
export type Visitor = (place: Place, values: readonly Float32Array[]) => void;

/** Memory that a batch may take, and how many samples it has at most: more make statistics no better. */
const BATCH_BYTES = 256 << 20;
const MOST_SAMPLES = 250;

interface Segment {
  /** Undefined where nothing needs to be computed in front of the place. */
  readonly graph: Graph | undefined;
  readonly place: Place;
  /** Values that nothing behind this segment reads. */
  readonly finished: readonly string[];
}

export class SegmentedNetwork {
  readonly batchSize: number;
  readonly #input: string;
  readonly #segments: readonly Segment[];
  readonly #prepared: readonly (Prepared | undefined)[];

  private constructor(
    input: string,
    segments: readonly Segment[],
    prepared: readonly (Prepared | undefined)[],
    batchSize: number,
  ) {
    this.#input = input;
    this.#segments = segments;
    this.#prepared = prepared;
    this.batchSize = batchSize;
  }

  /** Places are in running order. Throws a `DataError` for a network that does not take one sample at a time. */
  static async prepare(graph: Graph, places: readonly Place[], runner: Runner): Promise<SegmentedNetwork> {
    const [input] = graph.inputs;
    if (graph.inputs.length !== 1 || input!.shape[0] !== 1) {
      throw new DataError(
        "statistics need a network with one input and batch size 1 (or a symbolic batch)",
        graph.name,
      );
    }
    const shapes = inferShapes(graph);
    const segments = split(graph, places, shapes);
    const prepared: (Prepared | undefined)[] = [];
    for (const { graph: part } of segments) prepared.push(part && (await runner.prepare(part)));
    const crossing = new Set(segments.flatMap((segment) => segment.graph?.outputs ?? []));
    const bytes = [...crossing, input!.name].reduce((sum, name) => sum + 4 * sizeOf(shapes.get(name)!), 0);
    return new SegmentedNetwork(
      input!.name,
      segments,
      prepared,
      Math.max(2, Math.min(MOST_SAMPLES, Math.floor(BATCH_BYTES / bytes))),
    );
  }

  /** Runs a batch up to the last place. */
  run(batch: readonly Float32Array[], visit: Visitor): void {
    const values = new Map<string, Float32Array[]>([[this.#input, [...batch]]]);
    this.#segments.forEach(({ graph, place, finished }, i) => {
      if (graph) this.#runSegment(graph, this.#prepared[i]!, values, batch.length);
      const output = place.node.outputs[0]!;
      if (place.replaces)
        values.set(
          output,
          values.get(place.node.inputs[0]!)!.map((value) => value.slice()),
        );
      visit(place, values.get(output)!);
      finished.forEach((name) => values.delete(name));
    });
  }

  #runSegment(graph: Graph, prepared: Prepared, values: Map<string, Float32Array[]>, count: number): void {
    graph.outputs.forEach((name) => values.set(name, []));
    for (let i = 0; i < count; i++) {
      const inputs = Object.fromEntries(graph.inputs.map(({ name }) => [name, values.get(name)![i]!]));
      const outputs = prepared.run(inputs);
      graph.outputs.forEach((name) => values.get(name)!.push(outputs[name]!));
    }
  }

  dispose(): void {
    this.#prepared.forEach((prepared) => prepared?.dispose());
  }
}

/** One segment up to each place; what comes behind the last place is left out. */
function split(graph: Graph, places: readonly Place[], shapes: ReadonlyMap<string, Shape>): Segment[] {
  const ends = places.map(({ node }) => graph.nodes.indexOf(node));
  const parts = places.map((place, i) => {
    const from = i === 0 ? 0 : ends[i - 1]! + 1;
    return graph.nodes.slice(from, ends[i]! + (place.replaces ? 0 : 1));
  });
  const readsOf = (i: number) =>
    new Set([
      ...parts[i]!.flatMap((node) => node.inputs),
      ...(places[i]!.replaces ? [places[i]!.node.inputs[0]!] : []),
    ]);
  const later = parts.map((_, i) => new Set(parts.slice(i + 1).flatMap((_part, k) => [...readsOf(i + 1 + k)])));
  return parts.map((nodes, i) => {
    const place = places[i]!;
    const needed = new Set([...later[i]!, place.replaces ? place.node.inputs[0]! : place.node.outputs[0]!]);
    const made = [...parts.slice(0, i).flat(), ...places.slice(0, i).map((earlier) => earlier.node)];
    const before = new Set(made.flatMap((node) => node.outputs));
    const outputs = nodes.flatMap((node) => node.outputs).filter((name) => needed.has(name));
    const part = subgraph(graph, neededNodes(nodes, outputs), outputs, shapes, `${graph.name} segment ${i}`);
    return {
      place,
      graph: part.outputs.length > 0 ? part : undefined,
      finished: [...before, ...graph.inputs.map(({ name }) => name)].filter((name) => !later[i]!.has(name)),
    };
  });
}
