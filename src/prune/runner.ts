/** What pruning needs of whoever can run and compile graphs; `measure/` implements it on the runtime. */
import type { Graph } from "../graph/graph.js";

export interface Prepared {
  /** Values of the graph's outputs, by name. */
  run(inputs: Readonly<Record<string, Float32Array>>): Record<string, Float32Array>;
  dispose(): void;
}

export interface Runner {
  /** Zeros of weights are left out of what is stored, and cost no time, unless they are to be `stored` like other numbers. */
  prepare(graph: Graph, options?: { readonly zeros?: "stored" }): Promise<Prepared>;
  /** Bytes of the network file that the graph compiles to. */
  fileBytes(graph: Graph): number;
  /** The same for a cut graph, where more will be written than is in the graph yet. */
  cutBytes?(graph: Graph): number;
}
