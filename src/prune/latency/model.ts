/** What pruning needs to know of a device's speed; `measure/` has it from a table of measured times. */
import type { Graph } from "../../graph/graph.js";

export interface LatencyModel {
  /** Widths at which kernels compute nothing in vain are multiples of this. */
  readonly multiple: number;
  /** Milliseconds of a run besides its layers. */
  readonly overheadMs: number;
  /** What runs, in order, of a graph as it ships: compiled, several layers in one kernel. */
  layers(graph: Graph): readonly LatencyLayer[];
}

export interface LatencyLayer {
  readonly name: string;
  /** Numbers that pruning changes and that time depends on: channels, or elements. */
  readonly sizes: readonly number[];
  /** Of one run of the layer at other sizes than its own. Throws a `RequestError` where nothing is known of such layers. */
  milliseconds(sizes: readonly number[]): number;
}
