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

/** Kullback-Leibler divergence of the softmax of other logits from that of the dense network's, in nats. */
export function divergence(dense: Float32Array, other: Float32Array): number {
  const [p, q] = [logSoftmax(dense), logSoftmax(other)];
  return p.reduce((sum, logP, k) => sum + Math.exp(logP) * (logP - q[k]!), 0);
}

export function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);
}
