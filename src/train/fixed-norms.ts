import { allNames, freshName, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node, Tensor } from "../graph/graph.js";
import { batchNormAffine } from "../ops/batch-norm.js";
import { isOp, makeNode } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";

/** Batch norms as they are at inference: a factor and a summand for each channel. Those whose statistics are computed stay. */
export function fixBatchNorms(graph: Graph): Graph {
  const shapes = inferShapes(graph);
  const taken = allNames(graph);
  const added = new Map<string, Tensor>();
  const constant = (name: string, data: ArrayLike<number>, rank: number): string => {
    const fresh = freshName(name, taken);
    added.set(fresh, { shape: [data.length, ...Array(rank - 2).fill(1)], data: Float32Array.from(data) });
    return fresh;
  };
  const fix = (node: Node): readonly Node[] => {
    const parameters = node.inputs.slice(1).flatMap((name) => graph.constants.get(name) ?? []);
    if (!isOp(node, "batch-norm") || parameters.length !== 4) return [node];
    const { scale, shift } = batchNormAffine(node.attrs.epsilon, parameters);
    const rank = shapes.get(node.inputs[0]!)!.length;
    const scaled = freshName(`${node.name}:scaled`, taken);
    const factors = [node.inputs[0]!, constant(`${node.name}:scale`, scale, rank)];
    const sum = makeNode("add", {}, [scaled, constant(`${node.name}:shift`, shift, rank)], node.outputs[0]!);
    return [makeNode("mul", {}, factors, scaled), { ...sum, name: node.name }];
  };
  return rewriteNodes(graph, fix, added);
}
