/** What may be done with each layer, and what is lost then: from weights alone, or measured on samples. */
import type { Moments } from "../../linalg/moments.js";
import type { LayerOption } from "../allocation.js";
import type { Layer } from "../layers.js";
import { energyOf, type Target } from "../low-rank/target.js";
import type { MethodContext } from "../methods/method.js";
import { TwinWalk } from "../moments/walk.js";
import { firstOf, type Samples } from "../segments.js";
import type { Compressor } from "./compressor.js";
import { type SeenTarget, seenTarget, weightsTarget } from "./layer-target.js";
import { LogitErrors, type Weights } from "./logit-errors.js";

/** An option of a layer; without a plan the layer stays as it is. */
export interface PlannedOption<Plan> extends LayerOption {
  readonly plan: Plan | undefined;
  /** The mean square that the outputs miss, and its share of all. */
  readonly missing: number;
  readonly share: number;
}

/** How losses of different layers are compared. */
export type Measure = "error" | "sensitivity";

/** Shares of a layer's cost at which the change of the answers is measured. */
const PROBES = [0.2, 0.45, 0.75];
/** Samples on which it is measured, and on which options are compared. Replacements are fitted to all. */
const PROBE_SAMPLES = 100;
const COMPARED_SAMPLES = 300;

/** What layers may be replaced with, and what they spend of the budget with a plan in their place, or as they are. */
export interface Offer<Plan> {
  readonly compressor: Compressor<Plan>;
  readonly costOf: (plan: Plan | undefined, layer: Layer) => number;
  /** Whether candidates of different kinds are all wanted, because something else than this cost will compare them. */
  readonly everyKind?: boolean;
}

export interface Seen {
  readonly samples: Samples;
  readonly moments: Moments;
  /** Called when a layer is done. */
  readonly onLayer: () => void;
  readonly onNote: MethodContext["onNote"];
}

/** Options from the layers' weights: what is lost is the share of the weights' energy. */
export function optionsOfWeights<Plan>(
  { graph }: Pick<MethodContext, "graph">,
  layers: readonly Layer[],
  offer: Offer<Plan>,
): PlannedOption<Plan>[][] {
  return layers.map((layer) => {
    const found = cheaper(weightsTarget(graph, layer), layer, offer);
    return withDense(layer, offer, found, (_missing, share) => share);
  });
}

/** Options from what the layers read in the dense network. */
export async function optionsOfSamples<Plan>(
  { graph, runner }: Pick<MethodContext, "graph" | "runner">,
  layers: readonly Layer[],
  offer: Offer<Plan>,
  { samples, moments, onLayer }: Seen,
  measure: Measure,
): Promise<PlannedOption<Plan>[][]> {
  const names = layers.map(({ name }) => name);
  const some = firstOf(samples, COMPARED_SAMPLES);
  const walk = new TwinWalk(graph, { graph, kept: new Map() }, names, some, { runner, moments });
  const errors =
    measure === "sensitivity" ? new LogitErrors(graph, names, firstOf(samples, PROBE_SAMPLES), runner) : undefined;
  const options: PlannedOption<Plan>[][] = [];
  for (const layer of layers) {
    const target = seenTarget(graph, layer, (await walk.next()).moments[0]!);
    const found = cheaper(target, layer, offer);
    const lossOf = errors ? await measuredLoss(errors, target, layer, offer, found) : (missing: number) => missing;
    options.push(withDense(layer, offer, found, lossOf));
    onLayer();
  }
  return options;
}

/** The loss for what is missing, from what a few of the options do to the answers. */
async function measuredLoss<Plan>(
  errors: LogitErrors,
  target: SeenTarget,
  layer: Layer,
  { compressor, costOf }: Offer<Plan>,
  options: readonly Found<Plan>[],
): Promise<(missing: number) => number> {
  const probes = probesOf(options, costOf(undefined, layer));
  const { shape } = layer.filter;
  const variants = probes.map(({ plan }): Weights => {
    const { filter } = compressor.realise(target, plan, layer, true);
    return {
      filter: { shape, data: Float32Array.from(filter) },
      bias: { shape: [shape[0]!], data: Float32Array.from(target.biasFor(filter)) },
    };
  });
  const measured = await errors.next(variants);
  return curveThrough(probes.map(({ missing }, i) => [missing, measured[i]!]));
}

interface Found<Plan> {
  readonly plan: Plan;
  readonly cost: number;
  readonly missing: number;
  readonly share: number;
}

/** The candidates that save something, cheapest first, without those that miss no less than a cheaper one. */
function cheaper<Plan>(
  target: Target,
  layer: Layer,
  { compressor, costOf, everyKind = false }: Offer<Plan>,
): Found<Plan>[] {
  const full = costOf(undefined, layer);
  const energy = energyOf(target) || 1;
  const found = compressor
    .candidates(target, layer)
    .map(({ plan, missing }) => ({ plan, missing, share: missing / energy, cost: costOf(plan, layer) }))
    .filter(({ cost }) => cost < full)
    .sort((a, b) => a.cost - b.cost || a.missing - b.missing);
  return undominated(found, everyKind ? ({ plan }) => compressor.kindOf(plan) : undefined);
}

/** Of options from the cheapest on those that miss less than every cheaper one of their kind. */
export function undominated<Option extends { readonly missing: number }>(
  sorted: readonly Option[],
  kindOf: (option: Option) => string = () => "",
): Option[] {
  const least = new Map<string, number>();
  return sorted.filter((option) => {
    const kind = kindOf(option);
    if (option.missing >= (least.get(kind) ?? Infinity)) return false;
    least.set(kind, option.missing);
    return true;
  });
}

/** The options with their losses, and behind them the layer as it is. */
function withDense<Plan>(
  layer: Layer,
  { costOf }: Offer<Plan>,
  found: readonly Found<Plan>[],
  lossOf: (missing: number, share: number) => number,
): PlannedOption<Plan>[] {
  const options = found.map((option) => ({ ...option, loss: lossOf(option.missing, option.share) }));
  return [...options, { plan: undefined, missing: 0, share: 0, cost: costOf(undefined, layer), loss: 0 }];
}

/** The options whose costs are nearest to the shares that are probed. */
function probesOf<Plan>(options: readonly Found<Plan>[], full: number): Found<Plan>[] {
  const distance = ({ cost }: Found<Plan>, share: number) => Math.abs(cost - share * full);
  const nearest = PROBES.flatMap((share) =>
    options.length === 0
      ? []
      : [options.reduce((best, option) => (distance(option, share) < distance(best, share) ? option : best))],
  );
  return [...new Set(nearest)];
}

/**
 * The loss for what is missing: straight lines through the measured points where both are logarithms, and beyond the points in
 * proportion. A loss never falls when more is missing.
 */
export function curveThrough(
  points: readonly (readonly [missing: number, loss: number])[],
): (missing: number) => number {
  const sorted = points.filter(([missing, loss]) => missing > 0 && loss > 0).sort(([a], [b]) => a - b);
  if (sorted.length === 0) return (missing) => missing;
  let most = 0;
  const rising = sorted.map(([missing, loss]) => [Math.log(missing), Math.log((most = Math.max(most, loss)))] as const);
  return (missing) => {
    if (missing <= 0) return 0;
    const x = Math.log(missing);
    const behind = rising.findIndex(([at]) => at >= x);
    if (behind === 0) return Math.exp(rising[0]![1] + x - rising[0]![0]);
    if (behind < 0) return Math.exp(rising.at(-1)![1] + x - rising.at(-1)![0]);
    const [[x0, y0], [x1, y1]] = [rising[behind - 1]!, rising[behind]!];
    return Math.exp(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0));
  };
}
