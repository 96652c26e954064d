/** How long a graph will take on the device that a latency table was measured on. */
import { interpolate, type LatencyTable } from "../benchmark/latency-table.js";
import { type TimedLayer, timedLayers } from "../benchmark/timed-layers.js";
import { lowerGraph } from "../compile/lower.js";
import { RequestError } from "../errors.js";
import type { LayerOp, Network, Weights } from "../gen/network.js";
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import { isTensor, type LayerSpec } from "../ops/op.js";
import { simplify } from "../passes/index.js";
import { ALL_KEPT } from "../runtime/mask.js";
import { verifyAnyNetwork } from "../runtime/verify-any.js";

/** Times by a table, as pruning asks for them. Filters count as dense. */
export function latencyModel(table: LatencyTable) {
  const grids = new Map(table.grids.map((grid) => [grid.form, grid]));
  const rates = new Map(table.rates.map((rate) => [rate.form, rate.nanosecondsPerElement]));
  const timeOf = ({ name, form, axes }: TimedLayer) => {
    const [grid, rate] = [grids.get(form), rates.get(form)];
    if (axes > 0 && grid) return (sizes: readonly number[]) => interpolate(grid, sizes);
    if (axes === 0 && rate !== undefined) return ([elements]: readonly number[]) => 1e-6 * rate * elements!;
    throw new RequestError(
      `the latency table has no "${form}"; it was made for network "${table.network}": measure one for this network`,
      name,
    );
  };
  return {
    multiple: table.multiple,
    overheadMs: table.overheadMs,
    layers(graph: Graph) {
      const network = outline(graph);
      const layers = timedLayers(network, verifyAnyNetwork(network));
      return layers.map((layer) => ({
        name: layer.name,
        sizes: layer.sizes,
        milliseconds: (sizes: readonly number[]) => timeOf(layer)(sizes),
      }));
    },
  };
}

/** What is measured and foretold of a graph that is not cut. */
export function predictMilliseconds(graph: Graph, table: LatencyTable): number {
  const model = latencyModel(table);
  const layers = model.layers(graph);
  return layers.reduce((sum, { sizes, milliseconds }) => sum + milliseconds(sizes), model.overheadMs);
}

/** The network that the graph compiles to, with zeros for weights, which all share one piece of memory. */
function outline(graph: Graph): Network {
  const simple = simplify(graph);
  const lowered = lowerGraph(simple);
  const zeros = new Zeros();
  return {
    version: 1,
    name: graph.name,
    inputs: simple.inputs.map(({ name, shape, batch }) => ({ name, shape, batch })),
    layers: lowered.layers.map(({ name, inputs, spec }) => ({ name, inputs, op: zeros.fill(spec) })),
    outputs: lowered.outputs,
    labels: [],
    task: { kind: "tensors" },
    provenance: [],
  };
}

class Zeros {
  #bytes = new Uint8Array(0);

  fill(spec: LayerSpec): LayerOp {
    const parts = Object.entries(spec).map(([key, part]) => [key, isTensor(part) ? this.#weights(part.shape) : part]);
    return Object.fromEntries(parts) as LayerOp;
  }

  #weights(shape: Shape): Weights {
    const bytes = 4 * sizeOf(shape);
    if (this.#bytes.length < bytes) this.#bytes = new Uint8Array(bytes);
    return { shape, encoding: "f32", data: this.#bytes.subarray(0, bytes), ...ALL_KEPT };
  }
}
