import type { Graph, Node, Tensor } from "../graph/graph.js";
import { allNames, countReaders, freshName, producers, rewriteNodes } from "../graph/edit.js";
import { batchNormAffine } from "../ops/batch-norm.js";
import { filterChannels, isFilterLayer, scaleFilter } from "../ops/filter-layer.js";
import { isOp } from "../ops/index.js";
import { inferShapes } from "../ops/walk.js";

/** y = x * scale + shift for each output channel. */
interface Affine {
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
}

/**
 * conv -> batch-norm  becomes  conv;  gemm -> batch-norm  becomes  gemm;  conv or gemm -> add of a constant a channel,
 * too; and what holds for conv holds for transposed-conv.
 *
 * A batch norm at inference is y = x * s + t per channel, so s folds into the filter and t into the bias.
 * Fires when the conv or gemm has no other reader and constant weights. Changes outputs by rounding only.
 */
export function foldBatchNorm(graph: Graph): Graph {
  let folded = graph;
  for (let next = foldOnce(folded); next !== folded; next = foldOnce(folded)) folded = next;
  return folded;
}

/** One round: every conv that an affine node follows directly. Chains take several rounds. */
function foldOnce(graph: Graph): Graph {
  const readers = countReaders(graph);
  const made = producers(graph);
  const shapes = inferShapes(graph);
  const taken = allNames(graph);
  const constants = new Map<string, Tensor>();
  const replaced = new Map<Node, Node | null>();
  for (const node of graph.nodes) {
    const source = made.get(node.inputs.find((name) => !graph.constants.has(name)) ?? "");
    if (!source || replaced.has(source) || readers.get(source.outputs[0]!) !== 1) continue;
    if (!isFilterLayer(source) || source.inputs.slice(1).some((n) => !graph.constants.has(n))) continue;
    const filter = graph.constants.get(source.inputs[1]!)!;
    const rank = shapes.get(source.outputs[0]!)!.length;
    const affine = affineOf(graph, node, filterChannels(source, filter), rank, isOp(source, "gemm") ? rank - 1 : 1);
    if (!affine) continue;
    const names = ["filter", "bias"].map((part) => freshName(`${source.name}.${part}`, taken));
    const bias = graph.constants.get(source.inputs[2] ?? "");
    [scaleFilter(source, filter, affine.scale), scaleBias(bias, affine)].forEach((tensor, i) =>
      constants.set(names[i]!, tensor),
    );
    replaced.set(source, { ...source, inputs: [source.inputs[0]!, ...names], outputs: node.outputs });
    replaced.set(node, null);
  }
  if (replaced.size === 0) return graph;
  return rewriteNodes(
    graph,
    (node) => {
      const other = replaced.get(node);
      return other === undefined ? [node] : other === null ? [] : [other];
    },
    constants,
  );
}

/** What a node does to each of the `channels` along axis `axis` of an input with `rank` axes, if that is all it does. */
function affineOf(graph: Graph, node: Node, channels: number, rank: number, axis: number): Affine | undefined {
  const constants = node.inputs.map((name) => graph.constants.get(name)).filter((tensor) => tensor !== undefined);
  if (isOp(node, "batch-norm")) {
    return axis === 1 && constants.length === 4 ? batchNormAffine(node.attrs.epsilon, constants) : undefined;
  }
  if (!isOp(node, "add") || constants.length !== 1) return undefined;
  const [{ shape, data }] = constants as [Tensor];
  const aligned = shape.length <= rank && shape[axis - rank + shape.length] === channels;
  return aligned && data.length === channels ? { scale: new Float64Array(channels).fill(1), shift: data } : undefined;
}

function scaleBias(bias: Tensor | undefined, { scale, shift }: Affine): Tensor {
  const data = Float32Array.from(
    { length: scale.length },
    (_, c) => (bias ? bias.data[c]! * scale[c]! : 0) + shift[c]!,
  );
  return { shape: [data.length], data };
}
