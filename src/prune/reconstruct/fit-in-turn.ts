/**
 * Layers replaced front to back, each fitted to what the dense network computes from what the network as replaced so far gives it:
 * later layers make up for what earlier ones miss.
 */
import type { Edit } from "../edits/index.js";
import type { Layer } from "../layers.js";
import type { MethodContext } from "../methods/method.js";
import { TwinWalk } from "../moments/walk.js";
import { withWeights } from "../moments/weights.js";
import type { Compressor } from "./compressor.js";
import { seenTarget } from "./layer-target.js";
import type { Seen } from "./options.js";

export interface Replacement<Plan> {
  readonly layer: Layer;
  readonly plan: Plan;
}

export async function fitInTurn<Plan>(
  { graph, runner }: Pick<MethodContext, "graph" | "runner">,
  replacements: readonly Replacement<Plan>[],
  compressor: Pick<Compressor<Plan>, "realise">,
  { samples, moments: engine, onLayer, onNote }: Seen,
  /** The network in which the other layers have been changed already. */
  edited = graph,
): Promise<Edit[]> {
  const names = replacements.map(({ layer }) => layer.name);
  const walk = new TwinWalk(graph, { graph: edited, kept: new Map() }, names, samples, { runner, moments: engine });
  const edits: Edit[] = [];
  for (const { layer, plan } of replacements) {
    const { moments } = await walk.next();
    const target = seenTarget(graph, layer, moments[0]!);
    target.notes.forEach(onNote);
    const { filter, edit } = compressor.realise(target, plan, layer, false);
    const bias = target.biasFor(filter);
    const channels = layer.filter.shape[0]!;
    walk.graph = withWeights(
      walk.graph,
      layer.name,
      { shape: layer.filter.shape, data: Float32Array.from(filter) },
      { shape: [channels], data: Float32Array.from(bias) },
    );
    edits.push(edit(bias));
    onLayer();
  }
  return edits;
}
