/** The only place where weights are cut. */
import { ModelError } from "../errors.js";
import { allNames, freshName } from "../graph/edit.js";
import { formatShape, type Graph, type Node, sameShape, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { makeNode, opOf } from "../ops/index.js";
import type { Kept } from "../ops/op.js";
import { inferShapes } from "../ops/walk.js";
import { type ChannelMap, keptOf } from "./atoms.js";

/** A cut graph, and for every value and constant which elements of each axis stayed. */
export interface Applied {
  readonly graph: Graph;
  readonly kept: ReadonlyMap<string, Kept>;
}

/** Removes classes of channels everywhere at once. Throws a `ModelError` if the result does not hold together. */
export function applyCuts(graph: Graph, channels: ChannelMap, removed: ReadonlySet<number>): Applied {
  const kept = new Map([...channels.atoms.keys()].map((name) => [name, keptOf(channels, name, removed)]));
  const constants = new Map([...graph.constants].map(([name, tensor]) => [name, cutTensor(tensor, kept.get(name)!)]));
  const nodes = graph.nodes.map((node) => cutNode(node, kept));
  const cut = { ...graph, nodes, constants };
  const [before, after] = [inferShapes(graph), inferShapes(cut)];
  for (const [name, shape] of after) {
    const expected = keptShape(before.get(name)!, kept.get(name)!);
    if (!sameShape(shape, expected)) {
      throw new ModelError(
        `cut to ${formatShape(shape)}, expected ${formatShape(expected)}; the network is left as it was`,
        name,
      );
    }
  }
  return { graph: cut, kept };
}

/** A node with the attributes that it has when these elements stay. */
export function cutNode(node: Node, kept: ReadonlyMap<string, Kept>): Node {
  const op = opOf(node);
  const of = (names: readonly string[]) => names.map((name) => kept.get(name)!);
  return op.cut ? { ...node, attrs: op.cut(node.attrs, of(node.inputs), of(node.outputs)) as object } : node;
}

/** A shape with what is removed taken off. */
export function keptShape(shape: Shape, kept: Kept): Shape {
  return shape.map((size, axis) => kept[axis]?.reduce((sum, stays) => sum + stays, 0) ?? size);
}

/** The slices of a tensor that stay. */
export function cutTensor(tensor: Tensor, kept: Kept): Tensor {
  return kept.reduce<Tensor>((current, mask, axis) => (mask ? cutAxis(current, axis, mask) : current), tensor);
}

function cutAxis({ shape, data }: Tensor, axis: number, mask: Uint8Array): Tensor {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const stays = [...mask.keys()].filter((i) => mask[i]);
  const result = new Float32Array(outer * stays.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const i of stays) {
      const from = (o * shape[axis]! + i) * inner;
      result.set(data.subarray(from, from + inner), at);
      at += inner;
    }
  }
  return { shape: shape.map((size, i) => (i === axis ? stays.length : size)), data: result };
}

/**
 * The graph at its old size with the removed channels silenced: wherever one appears, it is multiplied by 0.
 * What a cut must be equal to.
 */
export function maskGraph(graph: Graph, channels: ChannelMap, removed: ReadonlySet<number>): Graph {
  const taken = allNames(graph);
  const constants = new Map(graph.constants);
  const renamed = new Map<string, string>();
  const shapes = inferShapes(graph);
  const nodes = graph.nodes.flatMap((node) => {
    const read = { ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) };
    const masks = node.outputs.flatMap((output) => {
      const kept = keptOf(channels, output, removed);
      return kept.flatMap((mask, axis): Node[] => {
        if (!mask) return [];
        const name = freshName(`${output}:mask`, taken);
        const shape = shapes.get(output)!.map((size, i) => (i === axis ? size : 1));
        constants.set(name, { shape, data: Float32Array.from(mask) });
        const masked = freshName(`${output}:masked`, taken);
        const source = renamed.get(output) ?? output;
        renamed.set(output, masked);
        return [makeNode("mul", {}, [source, name], masked)];
      });
    });
    return [read, ...masks];
  });
  return { ...graph, nodes, constants };
}
