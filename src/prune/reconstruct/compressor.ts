/** Methods that find, for one layer by itself, what may replace it and what its outputs miss then. */
import type { Edit } from "../edits/index.js";
import type { Layer } from "../layers.js";
import type { Target } from "../low-rank/target.js";

/** One way to make a layer cheaper. */
export interface Candidate<Plan = unknown> {
  /** Weights that are multiplied, by the kind of pixel they are multiplied at: see `Layer`. */
  readonly plan: Plan;
  /** The mean square that the outputs miss: exact, or an estimate by which candidates of one layer compare. */
  readonly missing: number;
}

/** A replacement with its numbers. */
export interface Realised {
  /** [oc][ic kh kw]: the filter that a layer of the old form would have. */
  readonly filter: Float64Array;
  /** The edit, given the bias that fits the filter. */
  readonly edit: (bias: Float64Array) => Edit;
}

export interface Compressor<Plan> {
  /** Candidates of a layer, in any order; those that cost as much as the layer are left out by the caller. */
  readonly candidates: (target: Target, layer: Layer) => readonly Candidate<Plan>[];
  /** Multiply-adds of one run, and weights, with a candidate in the layer's place. */
  readonly cost: (plan: Plan, layer: Layer) => { readonly macs: number; readonly parameters: number };
  /** Candidates of one kind take the less time the fewer multiply-adds they have. */
  readonly kindOf: (plan: Plan) => string;
  /** An edit that takes as long as the candidate, made of the layer's weights alone; undefined where that changes nothing. */
  readonly sketch: (plan: Plan, layer: Layer) => Edit | undefined;
  /** The candidate, fitted to the target. `quick`: for a measurement, when nothing is to be refined. */
  readonly realise: (target: Target, plan: Plan, layer: Layer, quick: boolean) => Realised;
}
