import { DataError } from "../errors.js";
import type { Graph } from "../graph/graph.js";

/** Throws a `DataError` that names the layer and the number if a constant has NaN: no method can tell then what matters. */
export function checkWeights({ nodes, constants }: Graph): void {
  for (const { name, inputs } of nodes) {
    for (const input of inputs) {
      const bad = constants.get(input)?.data.findIndex(Number.isNaN) ?? -1;
      if (bad >= 0)
        throw new DataError(`number ${bad} of its constant "${input}" is NaN; mend the network first`, name);
    }
  }
}
