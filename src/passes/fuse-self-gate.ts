import { countReaders, producers, rewriteNodes } from "../graph/edit.js";
import type { Graph, Node } from "../graph/graph.js";
import { isOp, makeNode } from "../ops/index.js";

/**
 * x * sigmoid(x)  becomes  silu, and  x * hard-sigmoid(x) with slope 1/6 around 1/2  becomes  hard-swish: exporters of older
 * opsets have no other way to write them.
 *
 * Fires when the product is the gate's only reader. Changes outputs by rounding only.
 */
export function fuseSelfGate(graph: Graph): Graph {
  const readers = countReaders(graph);
  const made = producers(graph);
  const fused = new Map<Node, readonly Node[]>();
  for (const node of graph.nodes) {
    if (!isOp(node, "mul")) continue;
    const gate = node.inputs.map((name) => made.get(name)).find((source) => isGateOf(node, source));
    if (!gate || readers.get(gate.outputs[0]!) !== 1) continue;
    fused.set(gate, []);
    fused.set(node, [selfGated(gate, node)]);
  }
  return fused.size === 0 ? graph : rewriteNodes(graph, (node) => fused.get(node) ?? [node]);
}

/** Whether a product is of this gate and what the gate reads. */
function isGateOf(product: Node, source: Node | undefined): boolean {
  const isGate = isOp(source, "sigmoid") || (isOp(source, "hard-sigmoid") && isHardSwish(source.attrs));
  return isGate && product.inputs.includes(source!.inputs[0]!) && product.inputs[0] !== product.inputs[1];
}

const isHardSwish = ({ alpha, beta }: { readonly alpha: number; readonly beta: number }) =>
  Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5;

function selfGated(gate: Node, { outputs, name }: Node): Node {
  const [x, y] = [gate.inputs[0]!, outputs[0]!];
  return isOp(gate, "sigmoid")
    ? makeNode("silu", { alpha: 1 }, [x], y, name)
    : makeNode("hard-swish", {}, [x], y, name);
}
