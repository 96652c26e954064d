/** Looks at what nodes give, sample by sample. */
import type { Graph, Node } from "../graph/graph.js";
import type { MethodContext } from "./methods/method.js";
import { SegmentedNetwork } from "./segments.js";

/** Runs all samples once, and shows the first output of each of these nodes for each sample. */
export async function visitSamples(
  nodes: ReadonlySet<Node>,
  context: Pick<MethodContext, "graph" | "samples" | "runner" | "onProgress">,
  visit: (node: Node, value: Float32Array) => void,
): Promise<void> {
  const samples = context.samples();
  const network = await SegmentedNetwork.prepare(context.graph, placesOf(context.graph, nodes), context.runner);
  try {
    for (let done = 0; done < samples.count;) {
      const count = Math.min(network.batchSize, samples.count - done);
      const batch = Array.from({ length: count }, (_, i) => samples.get(done + i));
      network.run(batch, ({ node }, values) => values.forEach((value) => visit(node, value)));
      done += count;
      context.onProgress(done, samples.count);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    network.dispose();
  }
}

const placesOf = (graph: Graph, nodes: ReadonlySet<Node>) =>
  graph.nodes.filter((node) => nodes.has(node)).map((node) => ({ node, replaces: false }));
