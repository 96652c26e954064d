/**
 * A network that runs on all samples of a set, from one stop to the next: what later stops need of what was computed is kept, so
 * that nothing runs twice, as long as it fits into a bound; beyond that it is computed again from what was kept last. Weights of
 * layers that have not run yet may be exchanged in between.
 */
import { DataError } from "../../errors.js";
import { neededNodes } from "../../graph/edit.js";
import { type Graph, sizeOf } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import type { Prepared, Runner } from "../runner.js";
import type { Samples } from "../segments.js";
import { subgraph } from "../subgraph.js";

/** Bytes of values that a stream keeps unless another bound is given. */
export const KEPT_BYTES = 512 << 20;

/** Milliseconds of work after which others may have their turn: signals, progress. */
const TURN = 50;

/** The values that a stop asked for, of one sample. They may be looked at until the visit ends. */
export type StopVisitor = (values: (name: string) => Float32Array, sample: number) => void;

export class SampleStream {
  /** The network. Exchange it for one with other weights in layers that no stop needed yet. */
  graph: Graph;
  /** Bytes that were kept at once, at most. */
  peakBytes = 0;
  readonly #samples: Samples;
  readonly #runner: Runner;
  readonly #bound: number;
  readonly #input: string;
  #kept = new Map<string, Float32Array[]>();

  /** Throws a `DataError` for a network that does not take one sample at a time. */
  constructor(graph: Graph, samples: Samples, runner: Runner, bound = KEPT_BYTES) {
    const [input] = graph.inputs;
    if (graph.inputs.length !== 1 || input!.shape[0] !== 1) {
      throw new DataError(
        "least squares needs a network with one input and batch size 1 (or a symbolic batch)",
        graph.name,
      );
    }
    this.graph = graph;
    this.#samples = samples;
    this.#runner = runner;
    this.#bound = bound;
    this.#input = input!.name;
  }

  /** Shows the values `wanted` of every sample. `later` are the values that stops after this one will ask for. */
  async stop(wanted: readonly string[], later: readonly string[], visit: StopVisitor): Promise<void> {
    const available = new Set([this.#input, ...this.#kept.keys()]);
    const computed = new Set(neededNodes(this.graph.nodes, wanted, available).flatMap((node) => node.outputs));
    const boundary = this.#boundary(later, new Set([...available, ...computed]));
    const next = this.#fits(boundary) ? new Map(boundary.map((name) => [name, [] as Float32Array[]])) : undefined;
    const outputs = [...new Set([...wanted, ...(next?.keys() ?? [])])].filter((name) => !available.has(name));
    const segment = outputs.length > 0 ? segmentOf(this.graph, outputs, available) : undefined;
    const prepared = segment && (await this.#runner.prepare(segment));
    try {
      await this.#runAll(segment, prepared, next, visit);
    } finally {
      prepared?.dispose();
    }
    if (next) this.#kept = next;
  }

  async #runAll(
    segment: Graph | undefined,
    prepared: Prepared | undefined,
    next: ReadonlyMap<string, Float32Array[]> | undefined,
    visit: StopVisitor,
  ): Promise<void> {
    let turn = performance.now();
    for (let i = 0; i < this.#samples.count; i++) {
      const before = (name: string) => (name === this.#input ? this.#samples.get(i) : this.#kept.get(name)![i]!);
      const inputs = segment?.inputs.map(({ name }) => [name, before(name)] as const) ?? [];
      const outputs = prepared?.run(Object.fromEntries(inputs)) ?? {};
      const value = (name: string) => outputs[name] ?? before(name);
      visit(value, i);
      next?.forEach((values, name) => values.push(value(name)));
      if (performance.now() - turn < TURN) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = performance.now();
    }
  }

  /** Which known values the later stops are computed from. The input needs no keeping: samples are there anyway. */
  #boundary(later: readonly string[], known: ReadonlySet<string>): string[] {
    const nodes = neededNodes(this.graph.nodes, later, known);
    const read = new Set([...nodes.flatMap((node) => node.inputs), ...later]);
    return [...read].filter((name) => known.has(name) && name !== this.#input);
  }

  #fits(names: readonly string[]): boolean {
    const shapes = inferShapes(this.graph);
    const bytes = this.#samples.count * names.reduce((sum, name) => sum + 4 * sizeOf(shapes.get(name)!), 0);
    if (bytes > this.#bound) return false;
    this.peakBytes = Math.max(this.peakBytes, bytes);
    return true;
  }
}

/** The network that computes these outputs from what is available. */
export function segmentOf(graph: Graph, outputs: readonly string[], available: ReadonlySet<string>): Graph {
  const nodes = neededNodes(graph.nodes, outputs, available);
  return subgraph(graph, nodes, outputs, inferShapes(graph), `${graph.name} segment`);
}
