/** How the runtime computes each node of a graph: which kernel, why, and whether it makes use of a filter's zeros. */
import { type Graph, type Node, sizeOf } from "../graph/graph.js";
import { isFilterLayer } from "../ops/filter-layer.js";
import { filterNumbers } from "../ops/walk.js";
import { decodeFile } from "../runtime/decode.js";
import type { Session, Shapes } from "../runtime/index.js";
import { CONV_KERNELS } from "../runtime/kernels/index.js";
import { convLayerOf } from "../runtime/layers/sparse-convolution.js";
import { ALL_KEPT } from "../runtime/mask.js";
import { resizeNetwork } from "../runtime/resize.js";
import { verifyAnyNetwork } from "../runtime/verify-any.js";

export interface KernelFacts {
  /** Null for a node that another one is computed with, or that needs no kernel. */
  readonly kernel: string | null;
  /** Why this kernel; null where there is no choice. */
  readonly why: string | null;
  /** The share of the filter's numbers that are not 0; null where there is no filter. */
  readonly density: number | null;
  /** Whether zeros of a filter are left out; null where it has none. */
  readonly runsSparse: boolean | null;
}

/** Facts of a graph's nodes, in order. `session` runs what `compiled`, with inputs of these `shapes`, says of the graph. */
export async function describeKernels(
  graph: Graph,
  session: Pick<Session, "layers">,
  compiled: Uint8Array,
  shapes: Shapes = {},
): Promise<KernelFacts[]> {
  const dense = await denseKernels(compiled, shapes);
  const numbers = filterNumbers(graph);
  const filtered = new Set(graph.nodes.filter(isFilterLayer).map(({ name }) => name));
  // Of a group of layers that one call computes the kernel belongs to the one with a filter, or else to the first.
  const planned = new Map(
    session.layers.map((layer) => {
      const names = layer.name.split(" + ");
      return [names.find((name) => filtered.has(name)) ?? names[0], layer] as const;
    }),
  );
  return graph.nodes.map((node) => {
    const layer = planned.get(node.name);
    const density = densityOf(graph, node, numbers(node.inputs[1] ?? ""));
    const kernel = layer && layer.kernel !== "none" ? layer.kernel : null;
    const isSparse = density !== null && density < 1 && kernel !== null;
    return {
      kernel,
      why: layer?.why || null,
      density,
      runsSparse: isSparse ? !(dense.get(node.name)?.has(kernel) ?? true) : null,
    };
  });
}

function densityOf({ constants }: Graph, { inputs }: Node, stored: number | undefined): number | null {
  const filter = constants.get(inputs[1] ?? "");
  return filter && stored !== undefined ? stored / sizeOf(filter.shape) : null;
}

/** For each convolution, by its name, the kernels that would compute it if its filter had no zeros. */
async function denseKernels(compiled: Uint8Array, shapes: Shapes): Promise<Map<string, ReadonlySet<string>>> {
  const { network, checked } = resizeNetwork(await decodeFile(compiled), shapes, verifyAnyNetwork);
  const found = new Map<string, ReadonlySet<string>>();
  for (const { name, op, inputs } of network.layers) {
    if (op.type !== "convolution") continue;
    const layer = convLayerOf(op, checked.shapes[inputs[0]!]!);
    const whole = { ...layer, filter: { ...layer.filter, ...ALL_KEPT } };
    found.set(name, new Set(CONV_KERNELS.filter((kernel) => kernel.fits(whole)).map((kernel) => kernel.name)));
  }
  return found;
}
