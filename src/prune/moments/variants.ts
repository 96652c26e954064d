/** Networks that differ from one another from some layer on: what is in front of it runs once for all of them. */
import type { Graph } from "../../graph/graph.js";
import type { Runner } from "../runner.js";
import type { Samples } from "../segments.js";
import { PartVariants, type VariantOutputs, type VariantVisitor } from "./part-variants.js";
import { divide, type Other } from "./parts.js";

/** Walks through a network, from layer to layer, and runs what is behind each in some variants. */
export class VariantWalk {
  readonly #own: PartVariants;
  readonly #open: (() => Promise<number>) | undefined;
  readonly #other: Other | undefined;
  #walk: number | undefined;

  /** `layers` are those that will be asked for, in running order; one may be there several times. */
  constructor(graph: Graph, layers: readonly string[], samples: Samples, runner: Runner) {
    const { own, other } = divide(samples, runner.helper);
    this.#own = new PartVariants(graph, layers, own, runner);
    this.#other = other;
    this.#open = other && (() => other.helper.openVariants(graph, layers, other.part));
  }

  /**
   * Runs variants of the network that are like it in front of the next layer. Shows, sample by sample in their order, the outputs
   * that this layer has a part in, or those behind it.
   */
  async next(variants: readonly Graph[], visit: VariantVisitor): Promise<void> {
    const [others] = await Promise.all([this.#othersNext(variants), this.#own.next(variants, visit)]);
    others.forEach((outputs, i) => visit(outputs, this.#other!.part.first + i));
  }

  async #othersNext(variants: readonly Graph[]): Promise<readonly VariantOutputs[]> {
    if (!this.#other) return [];
    this.#walk ??= await this.#open!();
    return this.#other.helper.nextOfVariants(this.#walk, variants);
  }
}
