/** Which option each layer gets, so that what is spent fits an allowance and as little as possible is lost. */

/** What may be done with a layer: what it costs then, in the unit of the allowance, and what is lost, in a unit all layers share. */
export interface LayerOption {
  readonly cost: number;
  readonly loss: number;
}

/** For each layer the number of the option that it gets. */
export type Choice = number[];

/** What is spent of a choice; may be more than the sum of the layers' costs. */
export type Spent = (choice: Choice) => number;

export const sumOfCosts =
  (layers: readonly (readonly LayerOption[])[]): Spent =>
  (choice) =>
    choice.reduce((sum, option, l) => sum + layers[l]![option]!.cost, 0);

/** The option that loses least, and of those the cheapest. */
export const lossless = (options: readonly LayerOption[]) =>
  options.reduce((best, option, i) => (better(option, options[best]!) ? i : best), 0);

/** The cheapest option, and of those the one that loses least. */
export const cheapest = (options: readonly LayerOption[]) =>
  options.reduce((best, { cost, loss }, i) => {
    const { cost: least, loss: lost } = options[best]!;
    return cost < least || (cost === least && loss < lost) ? i : best;
  }, 0);

const better = (a: LayerOption, b: LayerOption) => a.loss < b.loss || (a.loss === b.loss && a.cost < b.cost);

/**
 * The choice with the least sum of losses, but for what is lost to rounding: all layers walk down the lower convex hulls of their
 * options, always the step that loses least for what it saves (Everett 1963, Generalized Lagrange Multiplier Method), then what
 * is left of the allowance is used up. Undefined if even the cheapest options exceed it.
 */
export function allocateByLoss(layers: readonly (readonly LayerOption[])[], allowed: number): Choice | undefined {
  const choice = layers.map(lossless);
  let spent = sumOfCosts(layers)(choice);
  const steps = layers.flatMap((options, l) => hull(options).map((step) => ({ ...step, layer: l })));
  steps.sort((a, b) => a.price - b.price || a.layer - b.layer || a.place - b.place);
  for (const { layer, to } of steps) {
    if (spent <= allowed) break;
    spent += layers[layer]![to]!.cost - layers[layer]![choice[layer]!]!.cost;
    choice[layer] = to;
  }
  return spent <= allowed ? useUp(layers, choice, allowed) : undefined;
}

interface Step {
  readonly to: number;
  /** Loss for each unit of cost saved; rising along the hull. */
  readonly price: number;
  readonly place: number;
}

/** From the lossless option down to the cheapest, by the steepest savings first. */
function hull(options: readonly LayerOption[]): Step[] {
  const steps: Step[] = [];
  let at = lossless(options);
  const end = cheapest(options);
  while (at !== end) {
    const from = options[at]!;
    let [to, price] = [end, Infinity];
    options.forEach((option, i) => {
      if (option.cost >= from.cost) return;
      const slope = (option.loss - from.loss) / (from.cost - option.cost);
      if (slope < price || (slope === price && option.cost < options[to]!.cost)) [to, price] = [i, slope];
    });
    steps.push({ to, price, place: steps.length });
    at = to;
  }
  return steps;
}

/** Takes better options as long as one fits, the one first that wins most for what it costs. */
export function useUp(
  layers: readonly (readonly LayerOption[])[],
  start: Choice,
  allowed: number,
  spentOf: Spent = sumOfCosts(layers),
): Choice {
  let choice = start;
  for (;;) {
    const spent = spentOf(choice);
    const gains = layers.flatMap((options, layer) =>
      options.flatMap((option, to) => {
        const now = options[choice[layer]!]!;
        if (!better(option, now) || option.cost <= now.cost || spent + option.cost - now.cost > allowed) return [];
        return [{ layer, to, worth: (now.loss - option.loss) / (option.cost - now.cost) }];
      }),
    );
    if (gains.length === 0) return choice;
    const best = gains.reduce((most, gain) => (gain.worth > most.worth ? gain : most));
    choice = choice.map((option, layer) => (layer === best.layer ? best.to : option));
  }
}

/** Halvings of the level's range. */
const HALVINGS = 40;

/**
 * The choice of the highest level, between 0 and 1, that fits: `optionAt` says what a layer gets at a level, and must not cost
 * more at a lower one. Then what is left of the allowance is used up. Undefined if level 0 exceeds it.
 */
export function allocateByLevel(
  layers: readonly (readonly LayerOption[])[],
  allowed: number,
  optionAt: (layer: number, level: number) => number,
  spentOf: Spent = sumOfCosts(layers),
): Choice | undefined {
  const at = (level: number) => layers.map((_, layer) => optionAt(layer, level));
  if (spentOf(at(1)) <= allowed) return at(1);
  if (spentOf(at(0)) > allowed) return undefined;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (spentOf(at(middle)) <= allowed) low = middle;
    else high = middle;
  }
  return useUp(layers, at(low), allowed, spentOf);
}

/** The dearest option that costs at most this share of the dearest one; the cheapest where none does. */
export function optionOfShare(options: readonly LayerOption[], share: number): number {
  const most = share * Math.max(...options.map(({ cost }) => cost));
  let chosen = cheapest(options);
  options.forEach((option, i) => {
    if (option.cost > most) return;
    const now = options[chosen]!;
    if (option.cost > now.cost || (option.cost === now.cost && option.loss < now.loss)) chosen = i;
  });
  return chosen;
}
