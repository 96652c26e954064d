/** Masks of a plan chosen anew, with as many weights in each layer, by what layers read and should give; and what stays, refitted. */
import { RequestError } from "../../errors.js";
import { countReaders } from "../../graph/edit.js";
import { applyEdits, type Edit } from "../edits/index.js";
import type { Layer } from "../layers.js";
import type { Decision, MethodContext } from "../methods/method.js";
import type { Compressor } from "../reconstruct/compressor.js";
import { fitInTurn } from "../reconstruct/fit-in-turn.js";
import { replaceableLayers, seenIn } from "../reconstruct/reconstruct.js";

/** How many weights of a layer stay. */
export interface KeptCount {
  readonly weights: number;
}

/** `realise` chooses for a layer as many weights as the plan leaves it. Layers that cannot be fitted keep the plan's masks. */
export async function refitMasks(
  context: MethodContext,
  { edits = [], ...found }: Decision,
  realise: Compressor<KeptCount>["realise"],
): Promise<Decision> {
  if (edits.length === 0) return found;
  if (context.keep?.kind === "bytes") {
    throw new RequestError(
      "what fitted layers take in a file is not foreseen; ask for macs=, weights= or parameters=",
      "--keep",
    );
  }
  const named = new Map(edits.map((edit) => [edit.node, edit]));
  const readers = countReaders(context.graph);
  const layers = replaceableLayers({ ...context, only: undefined }).filter(
    (layer) => named.has(layer.name) && readers.get(layer.constant) === 1,
  );
  const fitted = new Set(layers.map(({ name }) => name));
  const others = edits.filter(({ node }) => !fitted.has(node));
  context.samples();
  const seen = (await seenIn(context, layers.length))!;
  const replacements = layers.map((layer) => ({
    layer,
    plan: { weights: weightsLeft(context, layer, named.get(layer.name)!) },
  }));
  const edited = applyEdits(others, context.graph);
  return { ...found, edits: [...others, ...(await fitInTurn(context, replacements, { realise }, seen, edited))] };
}

/** Weights other than zero that an edit leaves; fewer where the bias that a fitted layer gets takes their place in the budget. */
function weightsLeft({ graph, keep }: MethodContext, layer: Layer, edit: Edit): number {
  const { data } = applyEdits([edit], graph).constants.get(layer.constant)!;
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) count++;
  const room = keep?.kind === "parameters" && layer.node.inputs.length < 3 ? layer.filter.shape[0]! : 0;
  return Math.max(1, count - room);
}
