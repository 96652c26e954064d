/** A graph as steps of tfjs: which values each reads and writes, what it computes, and whose last reader it is. */
import { inferShapes } from "../../dist/src/ops/walk.js";
import { TFJS_OPS } from "./tfjs-ops.mjs";

/** Throws an error that says what has no translation. */
export function translateGraph(graph) {
  const shapes = inferShapes(graph);
  if (graph.outputs.some((name) => shapes.get(name).length > 2)) throw new Error("the adapter hands out rows only");
  const readers = readersOf(graph);
  const fused = new Set();
  const steps = [];
  for (const node of graph.nodes) {
    if (fused.has(node)) continue;
    const translate = TFJS_OPS[node.op];
    if (!translate) throw new Error(`the adapter has no ${node.op}`);
    const follower = translate.takesActivation ? activationBehind(node, readers, graph) : undefined;
    if (follower) fused.add(follower);
    const reads = node.inputs.filter((name) => !graph.constants.has(name));
    const context = { graph, shapes, readers, activation: activationOf(follower) };
    steps.push({ reads, writes: (follower ?? node).outputs[0], compute: translate(node, context) });
  }
  return { steps: withLastReads(steps, graph.outputs), outputs: graph.outputs };
}

function readersOf(graph) {
  const readers = new Map();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}

/** The clip that is the only reader of a node, if tfjs can fuse it. */
function activationBehind({ outputs: [y] }, readers, graph) {
  const [reader, ...others] = readers.get(y) ?? [];
  return reader && others.length === 0 && !graph.outputs.includes(y) && activationOf(reader) ? reader : undefined;
}

function activationOf(node) {
  if (node?.op === "relu") return "relu";
  return node?.op === "clip" && node.attrs.min === 0 && node.attrs.max === 6 ? "relu6" : undefined;
}

function withLastReads(steps, outputs) {
  const seen = new Set(outputs);
  return steps
    .toReversed()
    .map((step) => {
      const last = [...new Set(step.reads)].filter((name) => !seen.has(name));
      last.forEach((name) => seen.add(name));
      return { ...step, last };
    })
    .toReversed();
}
