import type { Graph } from "../graph/graph.js";
import { isFilterLayer } from "../ops/filter-layer.js";
import type { TrainingHooks } from "./hooks.js";

/** Weights of filters that are 0 in this graph stay 0, whatever the optimiser makes of them: a pruned network is trained as it is. */
export function keepZeros(graph: Graph): TrainingHooks {
  const filters = new Set(graph.nodes.filter(isFilterLayer).map(({ inputs }) => inputs[1]!));
  const zeros = new Map<string, Uint32Array>();
  for (const name of filters) {
    const filter = graph.constants.get(name);
    const places = filter ? [...filter.data.keys()].filter((i) => filter.data[i] === 0) : [];
    if (places.length > 0) zeros.set(name, Uint32Array.from(places));
  }
  if (zeros.size === 0) return {};
  return {
    editWeights({ parameters }) {
      for (const [name, places] of zeros) {
        const values = parameters.get(name)?.values;
        if (values) for (const place of places) values[place] = 0;
      }
    },
  };
}
