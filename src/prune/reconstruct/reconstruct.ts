/** Methods that replace layers one by one: what a budget leaves of each, and the replacements fitted to samples where there are any. */
import { RequestError } from "../../errors.js";
import { openMoments } from "../../linalg/moments.js";
import { countReaders } from "../../graph/edit.js";
import { isOp } from "../../ops/index.js";
import { countMacs, countParameters } from "../../ops/walk.js";
import { allocateByLevel, allocateByLoss, type Choice, optionOfShare } from "../allocation.js";
import { allowance, tooLittle } from "../budget.js";
import type { Edit } from "../edits/index.js";
import type { Layer } from "../layers.js";
import type { Decision, MethodContext } from "../methods/method.js";
import { choice } from "../methods/option.js";
import { layersOf } from "../methods/weight-groups.js";
import { fittedLayer } from "../moments/fitted-layer.js";
import type { Compressor } from "./compressor.js";
import { raceLayers } from "./faster.js";
import { fitInTurn, type Replacement } from "./fit-in-turn.js";
import { type Measure, optionsOfSamples, optionsOfWeights, type PlannedOption, type Seen } from "./options.js";

/** Numbers that an output is computed from, beyond which a layer's products would take more than 0.2 GB and a minute to solve. */
const WIDEST = 4608;

export const ALLOCATE = choice(
  "how layers share what is cut: by what each change does to the answers, by the error of its outputs, or the same share of each (also: --scope local)",
  ["sensitivity", "error", "uniform"],
  "sensitivity",
);

/** Layers that can be replaced by themselves: one group, a filter that nothing else reads, not too wide to be fitted. */
export function replaceableLayers(context: Pick<MethodContext, "graph" | "map" | "shapes" | "only">): Layer[] {
  const readers = countReaders(context.graph);
  const shapes = new Map(context.shapes);
  const alone = (layer: Layer) =>
    readers.get(layer.constant) === 1 && !(isOp(layer.node, "conv") && layer.node.attrs.groups !== 1);
  const fits = ({ node }: Layer) => {
    const fitted = fittedLayer(context.graph, node, shapes);
    return fitted !== undefined && fitted.width <= WIDEST;
  };
  return layersOf(
    context,
    (layer) => alone(layer) && fits(layer),
    "the network has no convolution of one group or dense layer with a constant filter of its own",
  );
}

/** How a method lets layers share a budget. */
export interface Sharing<Plan> {
  readonly allocate: "sensitivity" | "error" | "uniform";
  /** Whether layers are left alone whose replacement takes no less time. */
  readonly onlyFaster?: boolean;
  /** In place of that: the option of a layer at a level from 0 to 1, rising in cost. */
  readonly optionAt?:
    | ((
        layers: readonly Layer[],
        options: readonly PlannedOption<Plan>[][],
      ) => (layer: number, level: number) => number)
    | undefined;
}

/**
 * The replacements that meet the budget, as edits. `editOf` says how a replacement looks that is made of the weights alone; left out
 * by methods that need samples.
 */
export async function planByReconstruction<Plan>(
  context: MethodContext,
  layers: readonly Layer[],
  compressor: Compressor<Plan>,
  sharing: Sharing<Plan>,
  editOf?: (plan: Plan, layer: Layer) => Edit,
): Promise<Decision> {
  if (context.keep!.value === 1) return {};
  if (!editOf) context.samples();
  const seen = await seenIn(context, layers.length);
  const offer = { compressor, costOf: costIn(context, compressor, seen !== undefined) };
  const uniform = sharing.allocate === "uniform" || context.scope === "local";
  const measure = uniform || sharing.optionAt ? "error" : (sharing.allocate as Measure);
  const options = seen
    ? await optionsOfSamples(context, layers, offer, seen, measure)
    : optionsOfWeights(context, layers, offer);
  const decide = (list: readonly PlannedOption<Plan>[][]) => {
    const chosen = choose(context, list, sharing.optionAt?.(layers, list), uniform);
    return chosen.map((option, l) => list[l]![option]!.plan);
  };
  const plans =
    sharing.onlyFaster && editOf ? await decideFaster(context, layers, options, decide, editOf) : decide(options);
  const replacements = layers.flatMap((layer, l): Replacement<Plan>[] => {
    const plan = plans[l];
    return plan === undefined ? [] : [{ layer, plan }];
  });
  if (!seen) return { edits: replacements.map(({ layer, plan }) => editOf!(plan, layer)) };
  return { edits: await fitInTurn(context, replacements, compressor, seen) };
}

/**
 * Decides anew, without the layers whose replacement does not run faster, until all that are replaced do. One that is faster stays
 * so when it becomes cheaper.
 */
async function decideFaster<Plan>(
  context: MethodContext,
  layers: readonly Layer[],
  options: readonly PlannedOption<Plan>[][],
  decide: (options: readonly PlannedOption<Plan>[][]) => (Plan | undefined)[],
  editOf: (plan: Plan, layer: Layer) => Edit,
): Promise<(Plan | undefined)[]> {
  const { race } = context.runner;
  if (!race) throw new RequestError("layers can be timed only on the device at hand", "--timed");
  const faster = new Set<Layer>();
  for (let left = options; ;) {
    const plans = decide(left);
    const unknown = layers.flatMap((layer, l) =>
      plans[l] === undefined || faster.has(layer) ? [] : [[layer, editOf(plans[l], layer)] as const],
    );
    const times = await raceLayers(context, race, unknown);
    unknown.forEach(([layer], i) => times[i]!.after < times[i]!.before && faster.add(layer));
    const slow = new Set(unknown.map(([layer]) => layer).filter((layer) => !faster.has(layer)));
    if (slow.size === 0) return plans;
    left = left.map((list, l) => (slow.has(layers[l]!) ? list.slice(-1) : list));
  }
}

/** Pictures, and what is made of them; undefined where there are none. */
export async function seenIn(context: MethodContext, layers: number): Promise<Seen | undefined> {
  if (!context.hasSamples) return undefined;
  let done = 0;
  const onLayer = () => context.onProgress(++done, 2 * layers);
  return { samples: context.samples(), moments: await openMoments(), onLayer };
}

/** What a layer spends of the budget, with a plan in its place or as it is. A fitted layer has a bias. */
function costIn<Plan>({ keep, graph }: MethodContext, compressor: Compressor<Plan>, fitted: boolean) {
  const kind = keep!.kind as "macs" | "parameters";
  const biased = (layer: Layer) => graph.constants.has(layer.node.inputs[2] ?? "");
  return (plan: Plan | undefined, layer: Layer): number => {
    const { length } = layer.filter.data;
    if (plan === undefined) return kind === "macs" ? layer.macsPerWeight * length : length;
    const cost = compressor.cost(plan, layer);
    if (kind === "macs") return cost.macs;
    return cost.parameters + (fitted && !biased(layer) ? layer.filter.shape[0]! : 0);
  };
}

/** Throws a `RequestError` that says what can be reached. */
function choose<Plan>(
  { keep, graph, shapes }: MethodContext,
  options: readonly PlannedOption<Plan>[][],
  optionAt: ((layer: number, level: number) => number) | undefined,
  uniform: boolean,
): Choice {
  const { kind } = keep!;
  const full = kind === "macs" ? countMacs(graph, shapes) : countParameters(graph);
  const dense = options.reduce((sum, list) => sum + list.at(-1)!.cost, 0);
  const allowed = allowance(keep!, full);
  const left = allowed - (full - dense);
  const share = uniform ? (layer: number, level: number) => optionOfShare(options[layer]!, level) : undefined;
  const level = optionAt ?? share;
  const chosen = level ? allocateByLevel(options, left, level) : allocateByLoss(options, left);
  if (chosen) return chosen;
  const least = full - dense + options.reduce((sum, list) => sum + Math.min(...list.map(({ cost }) => cost)), 0);
  throw tooLittle(`${kind}=${keep!.value}`, allowed, "as little as possible", least, "layers");
}
