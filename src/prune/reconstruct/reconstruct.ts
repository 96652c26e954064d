/** Methods that replace layers one by one: what a budget leaves of each, and the replacements fitted to samples where there are any. */
import { openMoments } from "../../linalg/moments.js";
import { countReaders } from "../../graph/edit.js";
import { isOp } from "../../ops/index.js";
import { countMacs, countParameters } from "../../ops/walk.js";
import { allocateByLevel, allocateByLoss, type Choice, optionOfShare } from "../allocation.js";
import { allowance, type Budget, tooLittle } from "../budget.js";
import { applyEdits } from "../edits/index.js";
import { raceHere } from "../latency/layer-times.js";
import { meetMilliseconds, type Milliseconds } from "../latency/measured.js";
import type { Layer } from "../layers.js";
import type { Decision, MethodContext } from "../methods/method.js";
import { choice } from "../methods/option.js";
import { layersOf } from "../methods/weight-groups.js";
import { fittedLayer } from "../moments/fitted-layer.js";
import type { Compressor } from "./compressor.js";
import { stages } from "../progress.js";
import { fitInTurn, type Replacement } from "./fit-in-turn.js";
import { type Measure, optionsOfSamples, optionsOfWeights, type PlannedOption, type Seen } from "./options.js";
import { fasterOptions, sketches, timeOptions } from "./timed-options.js";

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
  /** Whether layers are left alone whose replacement takes no less time; a budget of milliseconds sees to that by itself. */
  readonly onlyFaster?: boolean;
  /** Whether layers can be replaced without having seen any samples. */
  readonly blind?: boolean;
  /** In place of that: the option of a layer at a level from 0 to 1, rising in cost. */
  readonly optionAt?:
    | ((
        layers: readonly Layer[],
        options: readonly PlannedOption<Plan>[][],
      ) => (layer: number, level: number) => number)
    | undefined;
}

/** The replacements that meet the budget, as edits. */
export async function planByReconstruction<Plan>(
  context: MethodContext,
  layers: readonly Layer[],
  compressor: Compressor<Plan>,
  sharing: Sharing<Plan>,
): Promise<Decision> {
  const { keep } = context;
  if (keep!.value === 1 && !keep!.amount) return {};
  if (!sharing.blind) context.samples();
  const timed = keep!.kind === "ms" || sharing.onlyFaster === true;
  if (timed) raceHere(context.runner, keep!.kind === "ms" ? "--keep" : "--timed");
  const progress = stages(context.onProgress, timed ? [2, 1, 2] : [1, 1]);
  const seen = await seenIn({ ...context, onProgress: progress() }, layers.length);
  const offer = { compressor, costOf: costIn(context, compressor, seen !== undefined), everyKind: timed };
  const uniform = sharing.allocate === "uniform" || context.scope === "local";
  const measure = uniform || sharing.optionAt ? "error" : (sharing.allocate as Measure);
  const options = seen
    ? await optionsOfSamples(context, layers, offer, seen, measure)
    : optionsOfWeights(context, layers, offer);
  const chooser = (list: readonly PlannedOption<Plan>[][]) => {
    const optionAt = sharing.optionAt?.(layers, list);
    return (full: number, budget: Budget) => choose(list, full, budget, optionAt, uniform);
  };
  const { plans, ...found } = timed
    ? await decideTimed({ ...context, onProgress: progress() }, layers, options, compressor, chooser)
    : { plans: plansOf(options, chooser(options)(fullCost(context), keep!)) };
  const replacements = layers.flatMap((layer, l): Replacement<Plan>[] => {
    const plan = plans[l];
    return plan === undefined ? [] : [{ layer, plan }];
  });
  const edits = seen
    ? await fitInTurn(context, replacements, compressor, { ...seen, onLayer: eachOf(layers.length, progress()) })
    : replacements.flatMap(({ layer, plan }) => compressor.sketch(plan, layer) ?? []);
  return { ...found, edits };
}

type Plans<Plan> = readonly (Plan | undefined)[];

const plansOf = <Plan>(options: readonly PlannedOption<Plan>[][], choice: Choice): Plans<Plan> =>
  choice.map((option, l) => options[l]![option]!.plan);

/** From options that are faster than their layers. */
async function decideTimed<Plan>(
  context: MethodContext,
  layers: readonly Layer[],
  options: readonly PlannedOption<Plan>[][],
  compressor: Compressor<Plan>,
  chooser: (list: readonly PlannedOption<Plan>[][]) => (full: number, budget: Budget) => Choice,
): Promise<{ readonly plans: Plans<Plan>; readonly milliseconds?: Milliseconds }> {
  const keep = context.keep!;
  const times = await timeOptions(context, layers, options, compressor, context.onProgress);
  const faster = fasterOptions(layers, options, compressor, times, keep.kind === "ms");
  const chooseFor = chooser(faster);
  if (keep.kind !== "ms") return { plans: plansOf(faster, chooseFor(fullCost(context), keep)) };
  const { wholeMs } = times;
  const editsFor = sketches(layers, compressor);
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs,
    choose: (value) =>
      value < wholeMs ? chooseFor(wholeMs, { kind: "ms", value, amount: true }) : faster.map((list) => list.length - 1),
    foretell: (chosen) =>
      chosen.reduce((ms, option, l) => ms - faster[l]!.at(-1)!.cost + faster[l]![option]!.cost, wholeMs),
    graphOf: (chosen) => applyEdits(editsFor(plansOf(faster, chosen)), context.graph),
  });
  return { plans: plansOf(faster, choice), milliseconds };
}

/** Pictures, and what is made of them; undefined where there are none. */
export async function seenIn(
  { hasSamples, samples, onProgress, onNote }: Pick<MethodContext, "hasSamples" | "samples" | "onProgress" | "onNote">,
  layers: number,
): Promise<Seen | undefined> {
  if (!hasSamples) return undefined;
  return { samples: samples(), moments: await openMoments(), onLayer: eachOf(layers, onProgress), onNote };
}

/** To be called when one of them is done. */
function eachOf(total: number, onProgress: MethodContext["onProgress"]): () => void {
  let done = 0;
  return () => onProgress(++done, total);
}

/** What a layer spends of the budget, with a plan in its place or as it is. A fitted layer has a bias. */
function costIn<Plan>({ keep, graph }: MethodContext, compressor: Compressor<Plan>, fitted: boolean) {
  // Milliseconds are told when all options are known.
  const kind = keep!.kind === "parameters" ? "parameters" : "macs";
  const biased = (layer: Layer) => graph.constants.has(layer.node.inputs[2] ?? "");
  return (plan: Plan | undefined, layer: Layer): number => {
    const { length } = layer.filter.data;
    if (plan === undefined) return kind === "macs" ? layer.macsPerWeight * length : length;
    const cost = compressor.cost(plan, layer);
    if (kind === "macs") return cost.macs;
    return cost.parameters + (fitted && !biased(layer) ? layer.filter.shape[0]! : 0);
  };
}

function fullCost({ keep, graph, shapes }: MethodContext): number {
  return keep!.kind === "macs" ? countMacs(graph, shapes) : countParameters(graph);
}

/** `full`: what the whole network costs. Throws a `RequestError` that says what can be reached. */
function choose<Plan>(
  options: readonly PlannedOption<Plan>[][],
  full: number,
  budget: Budget,
  optionAt: ((layer: number, level: number) => number) | undefined,
  uniform: boolean,
): Choice {
  const dense = options.reduce((sum, list) => sum + list.at(-1)!.cost, 0);
  const allowed = allowance(budget, full);
  const left = allowed - (full - dense);
  const share = uniform ? (layer: number, level: number) => optionOfShare(options[layer]!, level) : undefined;
  const level = optionAt ?? share;
  const chosen = level ? allocateByLevel(options, left, level) : allocateByLoss(options, left);
  if (chosen) return chosen;
  const least = full - dense + options.reduce((sum, list) => sum + Math.min(...list.map(({ cost }) => cost)), 0);
  throw tooLittle(budget, allowed, "as little as possible", least, "layers");
}
