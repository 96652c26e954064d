/** What another thread does on a part of the samples meanwhile. */
import type { Graph } from "../../graph/graph.js";
import type { Moments } from "../../linalg/moments.js";
import type { Centred } from "../../linalg/second-moments.js";
import type { Runner } from "../runner.js";
import { inputMoments } from "./dense-moments.js";
import { type LookOptions, PartWalk, type PrunedGraph } from "./part-walk.js";
import { received, type SentPart } from "./parts.js";
import { PartVariants, type VariantOutputs } from "./part-variants.js";

/** As others see it: every answer takes a while. */
export type Helper = {
  readonly [Task in keyof HelperTasks]: (
    ...args: Parameters<HelperTasks[Task]>
  ) => Promise<Awaited<ReturnType<HelperTasks[Task]>>>;
};

/** The tasks, as they are done there. Arguments and answers can be copied from thread to thread. A walk ends when another one begins. */
export class HelperTasks {
  readonly #runner: Runner;
  readonly #moments: Moments;
  #opened = 0;
  #walk: { readonly number: number; readonly walk: PartWalk } | undefined;
  #variants: { readonly number: number; readonly walk: PartVariants } | undefined;

  constructor(runner: Runner, moments: Moments) {
    this.#runner = runner;
    this.#moments = moments;
  }

  inputMoments(graph: Graph, names: readonly string[], part: SentPart, options: LookOptions): Promise<Centred[][]> {
    return inputMoments(graph, names, received(part), { ...options, runner: this.#runner, moments: this.#moments });
  }

  openWalk(dense: Graph, pruned: PrunedGraph, layers: readonly string[], part: SentPart, options: LookOptions): number {
    const own = { ...options, runner: this.#runner, moments: this.#moments };
    this.#walk = { number: ++this.#opened, walk: new PartWalk(dense, pruned, layers, received(part), own) };
    return this.#walk.number;
  }

  /** `exchanged`: the pruned network, if it has other weights than before. */
  async nextOfWalk(
    number: number,
    exchanged: Graph | undefined,
  ): Promise<{ readonly moments: readonly Centred[]; readonly peakBytes: number }> {
    const walk = open(this.#walk, number);
    if (exchanged) walk.graph = exchanged;
    const { moments } = await walk.next();
    return { moments, peakBytes: walk.peakBytes };
  }

  openVariants(graph: Graph, layers: readonly string[], part: SentPart): number {
    this.#variants = { number: ++this.#opened, walk: new PartVariants(graph, layers, received(part), this.#runner) };
    return this.#variants.number;
  }

  /** The outputs of each sample, in each variant. */
  async nextOfVariants(number: number, variants: readonly Graph[]): Promise<VariantOutputs[]> {
    const all: VariantOutputs[] = [];
    await open(this.#variants, number).next(variants, (outputs) => all.push(outputs));
    return all;
  }
}

function open<Walk>(opened: { readonly number: number; readonly walk: Walk } | undefined, number: number): Walk {
  if (opened?.number !== number) throw new RangeError("another walk began before this one had ended");
  return opened.walk;
}
