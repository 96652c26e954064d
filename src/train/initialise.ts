/**
 * Weights to begin training from.
 *
 * Filters and dense layers: normal with deviation sqrt(2 / numbers that one output sums up) (He et al. 2015, equation 10); those that
 * give the logits themselves, with no rectifier behind them, sqrt(1 / so many) (LeCun et al. 1998, Efficient BackProp, equation 16).
 * Biases: 0. Norms: factor 1, offset 0, running mean 0 and variance 1. Slopes of PReLU: 0.25 (He et al. 2015, section 2.1).
 */
import { type Graph, sizeOf, type Tensor } from "../graph/graph.js";
import { deriveSeed, normal } from "../random.js";
import { logitsOf } from "./logits.js";
import { type Stage, stagesOf, statisticsOf, trainedConstants } from "./network.js";
import { withConstants } from "./parameters.js";

/** The graph with everything that training changes set to where training from scratch begins. A seed gives the same numbers. */
export function initialise(graph: Graph, seed: number): Graph {
  const logits = logitsOf(graph);
  const stages = stagesOf(graph, [logits]);
  const roles = trainedConstants(graph, stages);
  const changed = new Set([...roles.keys(), ...statisticsOf(graph, stages)]);
  const numbers = new Map<string, Float32Array>();
  for (const stage of stages) {
    const { node, gradient } = stage;
    node.inputs.forEach((name, input) => {
      const tensor = graph.constants.get(name);
      if (!tensor || !changed.has(name) || numbers.has(name)) return;
      if (roles.get(name) === "weight") numbers.set(name, drawWeights(tensor, gainOf(stage, logits), seed, name));
      else numbers.set(name, new Float32Array(sizeOf(tensor.shape)).fill(gradient?.initial?.[input] ?? 0));
    });
  }
  return withConstants(graph, numbers);
}

/** A rectifier halves the mean square of what goes through it. */
const gainOf = ({ output }: Stage, logits: string): number => (output === logits ? 1 : 2);

/** The first axis of filters and of dense layers counts outputs. */
function drawWeights({ shape }: Tensor, gain: number, seed: number, name: string): Float32Array {
  const deviation = Math.sqrt(gain / Math.max(1, sizeOf(shape.slice(1))));
  const next = normal(deriveSeed(seed, name));
  return Float32Array.from({ length: sizeOf(shape) }, () => deviation * next());
}
