/** Options of layers by the milliseconds that they take on the device at hand. */
import type { Edit } from "../edits/index.js";
import { timeLayers, type LayerTimes, type Variant } from "../latency/layer-times.js";
import type { Layer } from "../layers.js";
import type { MethodContext } from "../methods/method.js";
import type { Compressor } from "./compressor.js";
import { type PlannedOption, undominated } from "./options.js";

/** What is done to a layer, and which share of its multiply-adds is left then. */
type Sketch<Plan> = Pick<Compressor<Plan>, "cost" | "kindOf" | "sketch">;

/** Times the layers, each with some of its options. */
export function timeOptions<Plan>(
  context: MethodContext,
  layers: readonly Layer[],
  options: readonly (readonly PlannedOption<Plan>[])[],
  compressor: Sketch<Plan>,
  onLayer: (done: number, total: number) => void,
): Promise<LayerTimes> {
  const sites = layers.map((layer, l) => ({
    node: layer.node,
    variants: (shares: readonly number[]) => variantsOf(plansOf(options[l]!), layer, compressor, shares),
  }));
  return timeLayers(context, sites, onLayer);
}

const plansOf = <Plan>(options: readonly PlannedOption<Plan>[]): Plan[] =>
  options.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));

/** Of each kind the plans that are nearest to the shares. */
function variantsOf<Plan>(
  plans: readonly Plan[],
  layer: Layer,
  compressor: Sketch<Plan>,
  shares: readonly number[],
): Variant[] {
  const known = plans.map((plan) => ({ plan, kind: compressor.kindOf(plan), share: shareOf(plan, layer, compressor) }));
  const kinds = [...new Set(known.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = known.filter((one) => one.kind === kind);
    const nearest = (share: number) =>
      own.reduce((a, b) => (Math.abs(b.share - share) < Math.abs(a.share - share) ? b : a));
    return [...new Set(shares.map(nearest))].flatMap(({ plan, share }) => {
      const edit = compressor.sketch(plan, layer);
      return edit ? [{ kind, share, edit }] : [];
    });
  });
}

const shareOf = <Plan>(plan: Plan, layer: Layer, { cost }: Pick<Sketch<Plan>, "cost">) =>
  cost(plan, layer).macs / (layer.macsPerWeight * layer.filter.data.length);

/** The options that are faster than their layer as it is, and that itself; with milliseconds for costs where they are `wanted`. */
export function fasterOptions<Plan>(
  layers: readonly Layer[],
  options: readonly (readonly PlannedOption<Plan>[])[],
  compressor: Sketch<Plan>,
  times: LayerTimes,
  wanted: boolean,
): PlannedOption<Plan>[][] {
  return layers.map((layer, l) => {
    const { wholeMs, at } = times.layers[l]!;
    const msOf = ({ plan }: PlannedOption<Plan>) =>
      plan === undefined ? wholeMs : at(shareOf(plan, layer, compressor), compressor.kindOf(plan));
    const faster = options[l]!.filter((option) => option.plan === undefined || msOf(option) < wholeMs);
    const priced = wanted ? faster.map((option) => ({ ...option, cost: msOf(option) })) : faster;
    const sorted = [...priced].sort((a, b) => a.cost - b.cost || a.missing - b.missing);
    return undominated(sorted);
  });
}

/** Edits that take as long as the plans of these options, each made once. */
export function sketches<Plan>(
  layers: readonly Layer[],
  compressor: Sketch<Plan>,
): (plans: readonly (Plan | undefined)[]) => Edit[] {
  const made = new Map<Plan, Edit | undefined>();
  return (plans) =>
    plans.flatMap((plan, l) => {
      if (plan === undefined) return [];
      if (!made.has(plan)) made.set(plan, compressor.sketch(plan, layers[l]!));
      return made.get(plan) ?? [];
    });
}
