/** Rungs of ladders for any budget: of multiply-adds as the ladders count them, or of milliseconds, for which layers are timed. */
import { countMacs } from "../../ops/walk.js";
import { applyEdits, type Edit } from "../edits/index.js";
import { chooseRungs, type Ladder } from "../ladders.js";
import type { MethodContext, Scope } from "../methods/method.js";
import { type LayerTime, timeLayers, type Variant } from "./layer-times.js";
import { meetMilliseconds, type Milliseconds } from "./measured.js";
import { ifReachable } from "./reachable.js";

export interface Descent {
  readonly rungs: readonly number[];
  readonly milliseconds?: Milliseconds;
}

type EditsFor = (rungs: readonly number[]) => readonly Edit[];

/**
 * The rungs that meet the budget. `editsFor` says what they do to their layers, `countOf` how many layers one of them stands for.
 * For milliseconds a multiply-add of a layer is worth what it saves on the average, and what is spent is read off the layer's own
 * times.
 */
export async function descend(
  context: MethodContext,
  ladders: readonly Ladder[],
  editsFor: EditsFor,
  countOf: (layer: string) => number = () => 1,
): Promise<Descent> {
  const { graph, shapes, keep, scope, onProgress } = context;
  if (keep!.kind !== "ms") return { rungs: chooseRungs(ladders, countMacs(graph, shapes), keep!, scope) };
  if (keep!.value === 1 && !keep!.amount) return { rungs: ladders.map(() => 0) };
  const layers = [...new Set(ladders.map(({ layer }) => layer))].map((name) => new LadderLayer(name, ladders));
  const sites = layers.map((layer) => ({
    node: graph.nodes.find(({ name }) => name === layer.name)!,
    count: countOf(layer.name),
    variants: (shares: readonly number[]) => layer.variants(shares, scope, editsFor),
  }));
  const { wholeMs, layers: times } = await timeLayers(context, sites, onProgress);
  const foretell = (rungs: readonly number[]) =>
    layers.reduce((ms, layer, l) => ms - times[l]!.wholeMs + times[l]!.at(layer.shareLeft(rungs)), wholeMs);
  const gaining = layers.flatMap((layer, l) => layer.inMilliseconds(times[l]!));
  const all = (chosen: readonly number[]) => {
    const rungs = ladders.map(() => 0);
    gaining.forEach(({ at }, i) => (rungs[at] = chosen[i]!));
    return rungs;
  };
  const { choice, milliseconds } = await meetMilliseconds(context, {
    wholeMs,
    choose(allowedMs) {
      const budget = { kind: "ms", value: allowedMs, amount: true } as const;
      return all(chooseRungs(gaining, wholeMs, budget, scope, (chosen) => foretell(all(chosen))));
    },
    foretell,
    graphOf: (rungs) => applyEdits(editsFor(rungs), graph),
  });
  return { rungs: choice, milliseconds };
}

/** The ladders of one layer. */
class LadderLayer {
  readonly name: string;
  readonly #ladders: readonly Ladder[];
  /** Which of all ladders are this layer's. */
  readonly #own: readonly number[];
  readonly #wholeCost: number;

  constructor(name: string, ladders: readonly Ladder[]) {
    this.name = name;
    this.#ladders = ladders;
    this.#own = [...ladders.keys()].filter((ladder) => ladders[ladder]!.layer === name);
    this.#wholeCost = this.#cost(ladders.map(() => 0));
  }

  #cost(rungs: readonly number[]): number {
    return this.#own.reduce((sum, ladder) => sum + this.#ladders[ladder]!.costs[rungs[ladder]!]!, 0);
  }

  shareLeft(rungs: readonly number[]): number {
    return this.#cost(rungs) / this.#wholeCost;
  }

  /** The layer with these shares left, where that can be reached and changes anything. */
  variants(shares: readonly number[], scope: Scope, editsFor: EditsFor): Variant[] {
    const found = new Map<number, Edit>();
    const own = this.#own.map((ladder) => this.#ladders[ladder]!);
    for (const share of shares) {
      const budget = { kind: "macs", value: share } as const;
      const chosen = ifReachable(() => chooseRungs(own, this.#wholeCost, budget, scope));
      const rungs = this.#ladders.map(() => 0);
      chosen?.forEach((rung, i) => (rungs[this.#own[i]!] = rung));
      const edit = editsFor(rungs).find(({ node }) => node === this.name);
      if (edit) found.set(this.shareLeft(rungs), edit);
    }
    return [...found].map(([share, edit]) => ({ share, edit }));
  }

  /** The ladders with costs in milliseconds, if going down them saves any, and which of all ladders they are. */
  inMilliseconds({ wholeMs, at }: LayerTime): (Ladder & { readonly at: number })[] {
    const least = this.#own.reduce((sum, ladder) => sum + this.#ladders[ladder]!.costs.at(-1)!, 0);
    const rate = (wholeMs - at(least / this.#wholeCost)) / (this.#wholeCost - least);
    if (!(rate > 0)) return [];
    return this.#own.map((ladder) => {
      const { layer, costs, losses } = this.#ladders[ladder]!;
      return { layer, costs: costs.map((cost) => rate * cost), losses, at: ladder };
    });
  }
}
