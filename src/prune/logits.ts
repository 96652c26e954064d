/** What a network's answers are compared by. */
import { type Graph, sizeOf } from "../graph/graph.js";
import { isOp } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";

/** The graph's outputs, with what goes into it in place of a softmax. */
export function logitsOf(graph: Graph): string[] {
  const shapes = inferShapes(graph);
  return graph.outputs.map((output) => {
    const last = graph.nodes.find((node) => node.outputs.includes(output));
    const isSoftmax = last && (isOp(last, "softmax") || isOp(last, "log-softmax"));
    return isSoftmax && sizeOf(shapes.get(last.inputs[0]!)!) > 0 ? last.inputs[0]! : output;
  });
}

/** Logarithms of the softmax. */
export function logSoftmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return Float64Array.from(logits, (logit) => logit - largest - Math.log(sum));
}
