import { countReaders, producers, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node } from "../graph/graph.js";
import { isOp, makeNode, type NodeOf } from "../ops/index.js";

/**
 * pad with zeros -> conv  becomes  conv with larger pads.
 *
 * Fires when only height and width are padded and the conv is the pad's only reader. Changes nothing else.
 */
export function foldPad(graph: Graph): Graph {
  const readers = countReaders(graph);
  const made = producers(graph);
  return rewriteNodes(graph, (node) => {
    const source = made.get(node.inputs[0] ?? "");
    if (!isOp(node, "conv") || !isOp(source, "pad")) return [node];
    return readers.get(source.outputs[0]!) === 1 && padsPlanesWithZero(source) ? [widen(node, source)] : [node];
  });
}

function padsPlanesWithZero({ attrs: { before, after, mode, value } }: NodeOf<"pad">): boolean {
  const planesOnly = before.length === 4 && [before[0], before[1], after[0], after[1]].every((n) => n === 0);
  return planesOnly && mode === "constant" && value === 0;
}

function widen(node: NodeOf<"conv">, { attrs, inputs }: NodeOf<"pad">): Node {
  const [top, left, bottom, right] = node.attrs.pads;
  const pads = [
    top + attrs.before[2]!,
    left + attrs.before[3]!,
    bottom + attrs.after[2]!,
    right + attrs.after[3]!,
  ] as const;
  return makeNode("conv", { ...node.attrs, pads }, [inputs[0]!, ...node.inputs.slice(1)], node.outputs[0]!, node.name);
}
