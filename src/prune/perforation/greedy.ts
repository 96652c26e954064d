/**
 * The greedy search over rates of Figurnov et al. 2016 (section 3.4 and the authors' code): step by step the convolution goes on to its
 * next rate whose loss, against the original network's, is the least for the time saved against the original's.
 *
 * The authors try every convolution anew in each step. Here a trial's rise of the loss is remembered: only while the best of all has not
 * been tried in the present network are the most promising ones tried again.
 */
import type { Graph } from "../../graph/graph.js";
import { tooLittle } from "../budget.js";
import { applyEdits } from "../edits/index.js";
import { VariantWalk } from "../moments/variants.js";
import type { Runner } from "../runner.js";
import type { DenseAnswers } from "./answers.js";
import type { PlaneMask } from "./masks.js";
import {
  checkReachable,
  costOfAll,
  countOf,
  editsOf,
  giveBack,
  type Perforation,
  type Shared,
  type Site,
  whole,
} from "./sites.js";

/** Shares of its pixels that a convolution computes, one after the other; behind the last a single pixel. */
const RATES = [1, 1 / 1.5, ...Array.from({ length: 19 }, (_, i) => 1 / (i + 2))];
/** Trials that are run together, so that what is in front of them runs once. */
const TOGETHER = 4;

/** A kind of mask, with its draw if it is a random one: what it would be for each site as the network is perforated now. */
export type MaskOffer = (site: number, perforation: Perforation) => PlaneMask;

export interface GreedyRequest {
  /** Its outputs are the answers. */
  readonly graph: Graph;
  readonly answers: DenseAnswers;
  readonly runner: Runner;
  readonly offers: readonly MaskOffer[];
  /** Called after each step, before offers are asked again. */
  readonly onStep: (perforations: readonly Perforation[]) => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
}

/** A site with its next rate, by one of the offers. */
interface Trial {
  readonly site: number;
  readonly offer: number;
  readonly perforation: Perforation;
  /** What it saves in the present network. */
  readonly saved: number;
}

/** What the network computes after a step. */
interface State {
  readonly perforations: readonly Perforation[];
  readonly cost: number;
  /** Mean losses, by output. */
  readonly losses: ReadonlyMap<string, number>;
  /** The site that went on last; of the original network none. */
  readonly taken: number | undefined;
}

export class GreedySearch {
  readonly #sites: readonly Site[];
  readonly #full: number;
  readonly #request: GreedyRequest;
  /** The original network, and what has become of it so far. */
  readonly #states: State[];
  /** Rates that sites have reached. */
  readonly #rates: number[];
  /** What the last trial of each site and offer made of the losses, and what it saved. */
  readonly #known = new Map<string, { readonly rise: number; readonly saved: number }>();

  /** `full`: the whole network's cost with all pixels. */
  constructor({ sites, full }: Pick<Shared, "sites" | "full">, request: GreedyRequest) {
    this.#sites = sites;
    this.#full = full;
    this.#request = request;
    const losses = request.answers.losses();
    this.#states = [{ perforations: sites.map(whole), cost: full, losses, taken: undefined }];
    this.#rates = sites.map(() => 0);
  }

  /** The perforations with which a budget is first met, and with what then still fits. Trials take a run of the network each. */
  async reach(budget: Pick<Shared, "allowed" | "keep">): Promise<readonly Perforation[]> {
    const shared = { sites: this.#sites, full: this.#full, ...budget };
    checkReachable(shared);
    const { allowed } = budget;
    while (this.#present.cost > allowed) {
      await this.#step(shared);
      this.#request.onProgress(this.#full - Math.max(this.#present.cost, allowed), this.#full - allowed);
    }
    const at = this.#states.findIndex(({ cost }) => cost <= allowed);
    const taken = this.#states.slice(0, at + 1).flatMap((state) => state.taken ?? []);
    const lastFirst = new Set([...taken.reverse(), ...this.#sites.keys()]);
    return giveBack(shared, this.#states[at]!.perforations, [...lastFirst]);
  }

  get #present(): State {
    return this.#states.at(-1)!;
  }

  /** One site goes on to its next rate. Throws a `RequestError` where none saves anything. */
  async #step({ allowed, keep }: Pick<Shared, "allowed" | "keep">): Promise<void> {
    const trials = this.#trials();
    if (trials.length === 0) throw tooLittle(keep, allowed, "the least", this.#present.cost, "layers");
    const found = new Map<Trial, ReadonlyMap<string, number>>();
    for (;;) {
      const sorted = this.#byCost(trials);
      const [best] = sorted as [Trial, ...Trial[]];
      const losses = found.get(best);
      if (losses) return this.#take(best, losses);
      const unknown = trials.filter((trial) => !this.#known.has(keyOf(trial)));
      const promising = sorted.filter((trial) => !found.has(trial)).slice(0, TOGETHER);
      await this.#try(unknown.length > 0 ? unknown : promising, found);
    }
  }

  /** Each site with its next rate that saves something, by each offer. */
  #trials(): Trial[] {
    return this.#sites.flatMap((site, s) => {
      const now = this.#present.perforations[s]!;
      const costNow = site.costOf(countOf(now));
      return this.#request.offers.flatMap((maskOf, offer): Trial[] => {
        const mask = maskOf(s, now);
        for (let rate = this.#rates[s]! + 1; rate <= RATES.length; rate++) {
          const most = Math.max(1, Math.floor((RATES[rate] ?? 0) * site.pixels));
          const rung = mask.counts.findIndex((count) => count <= most);
          const saved = costNow - site.costOf(mask.counts[rung]!);
          if (saved > 0) return [{ site: s, offer, perforation: { mask, rung }, saved }];
        }
        return [];
      });
    });
  }

  /** Loss for what is saved, both against the original, as far as it is known; a trial's rise is in proportion to what it saves. */
  #byCost(trials: readonly Trial[]): Trial[] {
    const { losses, cost } = this.#present;
    const lost = sum(losses) - sum(this.#states[0]!.losses);
    const costOf = (trial: Trial) => {
      const known = this.#known.get(keyOf(trial));
      const rise = known ? (known.rise * trial.saved) / known.saved : 0;
      return (lost + rise) / (this.#full - cost + trial.saved);
    };
    const costs = new Map(trials.map((trial) => [trial, costOf(trial)]));
    return [...trials].sort((a, b) => costs.get(a)! - costs.get(b)! || a.site - b.site || a.offer - b.offer);
  }

  async #take({ site, perforation }: Trial, losses: ReadonlyMap<string, number>): Promise<void> {
    const perforations = this.#present.perforations.with(site, perforation);
    const cost = costOfAll({ sites: this.#sites, full: this.#full }, perforations);
    this.#states.push({ perforations, cost, losses, taken: site });
    const share = countOf(perforation) / this.#sites[site]!.pixels;
    const rates = this.#rates;
    while (RATES[rates[site]! + 1]! >= share) rates[site]!++;
    await this.#request.onStep(perforations);
  }

  /** Runs the network once for each trial, from the site on. */
  async #try(trials: readonly Trial[], found: Map<Trial, ReadonlyMap<string, number>>): Promise<void> {
    const sites = this.#sites;
    const { perforations: present, losses: before } = this.#present;
    const { graph, answers, runner } = this.#request;
    const { samples } = answers;
    const layers = [...new Set(trials.map(({ site }) => site))].sort((a, b) => a - b);
    const perforated = (perforations: readonly Perforation[]) => applyEdits(editsOf(sites, perforations), graph);
    const names = layers.map((site) => sites[site]!.layer);
    const walk = new VariantWalk(perforated(present), names, samples, runner);
    for (const site of layers) {
      const own = trials.filter((trial) => trial.site === site);
      const variants = own.map(({ perforation }) => perforated(present.with(site, perforation)));
      const losses = own.map(() => new Map<string, number>());
      await walk.next(variants, (outputs, sample) => {
        outputs.forEach((given, v) => {
          for (const [name, values] of Object.entries(given)) {
            const loss = answers.lossOf(name, values, sample) / samples.count;
            losses[v]!.set(name, (losses[v]!.get(name) ?? 0) + loss);
          }
        });
      });
      own.forEach((trial, v) => {
        const all = new Map([...before, ...losses[v]!]);
        found.set(trial, all);
        this.#known.set(keyOf(trial), { rise: sum(all) - sum(before), saved: trial.saved });
      });
    }
  }
}

const keyOf = ({ site, offer }: Trial) => `${site} ${offer}`;

const sum = (losses: ReadonlyMap<string, number>) => [...losses.values()].reduce((a, b) => a + b, 0);
