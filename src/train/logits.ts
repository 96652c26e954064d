/** Where the loss is measured: on the scores of the classes, in front of a softmax if the network ends in one. */
import { RequestError } from "../errors.js";
import { producers } from "../graph/edit.js";
import type { Graph } from "../graph/graph.js";
import { isOp } from "../ops/index.js";

/** The name of the value that holds the logits. */
export function logitsOf(graph: Graph): string {
  if (graph.outputs.length !== 1) {
    throw new RequestError(
      `gives ${graph.outputs.length} outputs, training wants one: the scores of the classes`,
      graph.name,
    );
  }
  const made = producers(graph);
  let name = graph.outputs[0]!;
  for (let node = made.get(name); node && changesNoOrder(node); node = made.get(name)) name = node.inputs[0]!;
  return name;
}

/** What may stand behind the logits without changing which class is first. */
const changesNoOrder = (node: Parameters<typeof isOp>[0]) =>
  isOp(node, "softmax") || isOp(node, "log-softmax") || isOp(node, "identity");
