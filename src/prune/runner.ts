/** What pruning needs of whoever can run and compile graphs; `measure/` implements it on the runtime. */
import type { Graph } from "../graph/graph.js";
import type { LatencyModel } from "./latency/model.js";
import type { Progress } from "./progress.js";
import type { Helper } from "./moments/helper.js";

export interface Prepared {
  /** Values of the graph's outputs, by name. */
  run(inputs: Readonly<Record<string, Float32Array>>): Record<string, Float32Array>;
  dispose(): void;
}

/** Gradients of what a network answers with respect to values in between; `train/` implements it. */
export interface Gradients {
  /** How many samples are run together, at most. */
  readonly batch: number;
  /** Runs samples forward, asks for the slopes of a function of each one's outputs, in their order, and runs backward. */
  run(
    samples: readonly Float32Array[],
    slopesOf: (outputs: readonly Float32Array[], sample: number) => readonly ArrayLike<number>[],
  ): void;
  /** What a sample of the last run gave at one of the values asked for, and the gradient there; views until the next run. */
  value(name: string, sample: number): Float32Array;
  gradient(name: string, sample: number): Float32Array;
  dispose(): void;
}

export interface RaceOptions {
  readonly milliseconds?: number | undefined;
  /** Whether a run finds what it reads in the caches, as a layer does behind another one. */
  readonly warm?: boolean | undefined;
  /** Hears of rounds. */
  readonly onProgress?: Progress | undefined;
}

export interface Runner {
  /** Zeros of weights are left out of what is stored, and cost no time, unless they are to be `stored` like other numbers. */
  prepare(graph: Graph, options?: { readonly zeros?: "stored" }): Promise<Prepared>;
  /** Bytes of the network file that the graph compiles to. */
  fileBytes(graph: Graph): number;
  /** The same for a cut graph, where more will be written than is in the graph yet. */
  cutBytes?(graph: Graph): number;
  /** A second thread, for half of the samples where there are many. */
  readonly helper?: Helper | undefined;
  /** Gradients with respect to these values. Throws a `ModelError` where an operator behind one of them has none. */
  gradients?(graph: Graph, values: readonly string[]): Promise<Gradients>;
  /** How long graphs take on the device that they are meant for; budgets in milliseconds need it. */
  readonly latency?: LatencyModel | undefined;
  /** Median milliseconds of each, run in turns for about so long in all; left out where that device is another one. */
  race?(graphs: readonly Graph[], options?: RaceOptions): Promise<number[]>;
}
