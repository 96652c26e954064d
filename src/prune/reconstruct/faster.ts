/** Whether what replaces a layer runs faster than the layer, on the device at hand. */
import { NOTHING_KNOWN } from "../../graph/about.js";
import type { Graph } from "../../graph/graph.js";
import { applyEdits, type Edit } from "../edits/index.js";
import type { Layer } from "../layers.js";
import type { MethodContext } from "../methods/method.js";

/** A network of this layer alone. */
function alone({ graph, shapes }: Pick<MethodContext, "graph" | "shapes">, { node }: Layer): Graph {
  const [x, ...read] = node.inputs as [string, ...string[]];
  return {
    name: node.name,
    inputs: [{ name: x, shape: shapes.get(x)!, batch: "" }],
    outputs: node.outputs,
    nodes: [node],
    constants: new Map(read.map((name) => [name, graph.constants.get(name)!])),
    about: NOTHING_KNOWN,
  };
}

/** Median milliseconds of each layer as it is and with its edit, one after the other in turns. */
export async function raceLayers(
  context: Pick<MethodContext, "graph" | "shapes">,
  race: (graphs: readonly Graph[]) => Promise<number[]>,
  pairs: readonly (readonly [layer: Layer, edit: Edit])[],
): Promise<{ readonly before: number; readonly after: number }[]> {
  const times = [];
  for (const [layer, edit] of pairs) {
    const dense = alone(context, layer);
    const [before, after] = await race([dense, applyEdits([edit], dense)]);
    times.push({ before: before!, after: after! });
  }
  return times;
}
