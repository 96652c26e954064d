/** THE list of passes that run before a graph is lowered, in order. Each is a function Graph -> Graph that keeps the meaning. */
import type { Graph } from "../graph/graph.js";
import { cancelTransposes } from "./cancel-transposes.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { foldPad } from "./fold-pad.js";
import { fuseSelfGate } from "./fuse-self-gate.js";
import { removeIdentity } from "./remove-identity.js";
import { removeRepeated } from "./remove-repeated.js";

export const PASSES = {
  removeIdentity,
  removeRepeated,
  fuseSelfGate,
  cancelTransposes,
  foldPad,
  foldBatchNorm,
} as const;

/** All passes in turn, again and again while that makes the graph smaller: what `compile` does first. */
export function simplify(graph: Graph): Graph {
  const simpler = Object.values(PASSES).reduce((current, pass) => pass(current), graph);
  return simpler.nodes.length < graph.nodes.length ? simplify(simpler) : simpler;
}
