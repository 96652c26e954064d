/** Impact of pixels: to a first order, what it would change if one more of them were not computed. */
import { RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { computedPixels, nearestOthers } from "../../ops/positions.js";
import { deriveSeed, uniform } from "../../random.js";
import { maskedByEdits } from "../edits/index.js";
import type { Gradients, Runner } from "../runner.js";
import type { DenseAnswers } from "./answers.js";
import { editsOf, type Perforation, type Site } from "./sites.js";

export interface ImpactRequest {
  /** With batch norms folded where that is possible; its outputs are the answers. */
  readonly graph: Graph;
  readonly sites: readonly Site[];
  readonly answers: DenseAnswers;
  readonly runner: Runner;
  readonly seed: number;
}

/**
 * By site, of each pixel that is computed; of others what it was `before`, 0 unless that is given. `perforations` are what the network
 * leaves out already: gradients are with respect to what convolutions compute, so a pixel answers for all that take its value, too.
 *
 * Where answers count: the mean over pictures of (sum over channels of dS/dx * (x' - x))^2, x' being the nearest other pixels that are
 * computed, and S a sum of the answers with signs that are drawn for each picture: the mean square of the change of all answers, which
 * a divergence from the dense answers is proportional to, too, and whose own gradient is zero there (Hutchinson 1990 of J'J).
 * Where labels count: Figurnov et al. 2016, section 3.3, mean |sum over channels of dL/dx * x|, L being the cross-entropy.
 */
export async function measureImpact(
  request: ImpactRequest,
  perforations: readonly Perforation[],
  before?: readonly Float64Array[],
): Promise<Float64Array[]> {
  const { graph, sites, answers, runner, seed } = request;
  if (!runner.gradients)
    throw new RequestError("an impact needs gradients, and what runs the network has none", "--mask");
  const masked = maskedByEdits(editsOf(sites, perforations), graph);
  const outputs = new Map(masked.nodes.map(({ name, outputs: [output] }) => [name, output!]));
  const sums = sites.map(
    (site, s) => new ImpactSum(site, outputs.get(site.layer)!, perforations[s]!, answers.loss === "answers"),
  );
  const next = uniform(deriveSeed(seed, "impact"));
  const { samples } = answers;
  const gradients = await runner.gradients(
    masked,
    sums.map(({ value }) => value),
  );
  try {
    for (let done = 0; done < samples.count; done += gradients.batch) {
      const count = Math.min(gradients.batch, samples.count - done);
      const batch = Array.from({ length: count }, (_, i) => samples.get(done + i));
      gradients.run(batch, (given, i) => answers.slopes(given, done + i, next));
      for (let i = 0; i < count; i++) sums.forEach((sum) => sum.add(gradients, i));
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    gradients.dispose();
  }
  return sums.map((sum, s) => sum.read(samples.count, before?.[s]));
}

/** All pixels of a site: those that are computed, the greatest impact first, and behind them the others, the greatest first. */
export function orderByImpact({ mask, rung }: Perforation, { size, pixels }: Site, impact: Float64Array): number[] {
  const isComputed = new Uint8Array(pixels);
  for (const pixel of computedPixels(mask.positions(rung), size[1])) isComputed[pixel] = 1;
  return [...impact.keys()].sort((a, b) => isComputed[b]! - isComputed[a]! || impact[b]! - impact[a]! || a - b);
}

/** Of one site. */
class ImpactSum {
  readonly value: string;
  readonly #plane: number;
  /** Pixels that are computed, and for each where its nearest others begin, and they. */
  readonly #pixels: Int32Array;
  readonly #starts: Int32Array;
  readonly #others: Int32Array;
  readonly #replaces: boolean;
  readonly #sums: Float64Array;

  constructor({ size: [height, width], pixels }: Site, value: string, perforation: Perforation, replaces: boolean) {
    this.value = value;
    this.#plane = pixels;
    this.#replaces = replaces;
    this.#pixels = Int32Array.from(computedPixels(perforation.mask.positions(perforation.rung), width));
    const isComputed = new Uint8Array(pixels);
    this.#pixels.forEach((pixel) => (isComputed[pixel] = 1));
    const others = Array.from(this.#pixels, (pixel) => nearestOthers(isComputed, height, width, pixel));
    const starts = [0];
    for (const list of others) starts.push(starts.at(-1)! + list.length);
    this.#starts = Int32Array.from(starts);
    this.#others = Int32Array.from(others.flat());
    this.#sums = new Float64Array(pixels);
  }

  add(gradients: Gradients, sample: number): void {
    const [x, slopes] = [gradients.value(this.value, sample), gradients.gradient(this.value, sample)];
    this.#pixels.forEach((pixel, i) => {
      const change = this.#replaces ? this.#replaced(x, slopes, pixel, i) : this.#removed(x, slopes, pixel);
      this.#sums[pixel]! += this.#replaces ? change * change : Math.abs(change);
    });
  }

  /** The pixel takes the mean of its nearest others. */
  #replaced(x: Float32Array, slopes: Float32Array, pixel: number, i: number): number {
    const [from, to] = [this.#starts[i]!, this.#starts[i + 1]!];
    if (from === to) return this.#removed(x, slopes, pixel);
    let change = 0;
    for (let at = 0; at < x.length; at += this.#plane) {
      let sum = 0;
      for (let k = from; k < to; k++) sum += x[at + this.#others[k]!]!;
      change += slopes[at + pixel]! * (sum / (to - from) - x[at + pixel]!);
    }
    return change;
  }

  /** The pixel is zero. */
  #removed(x: Float32Array, slopes: Float32Array, pixel: number): number {
    let change = 0;
    for (let at = pixel; at < x.length; at += this.#plane) change -= slopes[at]! * x[at]!;
    return change;
  }

  read(count: number, before: Float64Array | undefined): Float64Array {
    const impact = before?.slice() ?? new Float64Array(this.#plane);
    for (const pixel of this.#pixels) impact[pixel] = this.#sums[pixel]! / count;
    return impact;
  }
}
