/** Second moments of a layer's inputs, as the pruned network has them, and its outputs, as the dense one has them. */
import { DataError } from "../../errors.js";
import type { Moments } from "../../linalg/moments.js";
import { BLOCK_ROWS, type Centred, PANEL, type SecondMoments } from "../../linalg/second-moments.js";
import type { FittedLayer } from "./fitted-layer.js";

/** Rows [inputs, outputs] of a layer, one sample after another; for each group of channels by itself. */
export class LayerMoments {
  readonly #layer: FittedLayer;
  readonly #groups: readonly SecondMoments[];
  #filled = 0;

  constructor(layer: FittedLayer, moments: Moments) {
    this.#layer = layer;
    this.#groups = Array.from({ length: layer.groups }, () => moments.second(layer.width + layer.outputs));
  }

  /** `targets`: [positions][channels of all groups]. */
  add(x: Float32Array, positions: Int32Array, targets: Float32Array): void {
    const { width, outputs, groups } = this.#layer;
    let rows = this.#groups.map((group) => group.rows());
    for (let p = 0; p < positions.length; p++) {
      for (let g = 0; g < groups; g++) {
        const { places } = this.#groups[g]!;
        this.#layer.writeInputs(x, g, positions[p]!, rows[g]!, places, this.#filled);
        const from = (p * groups + g) * outputs;
        for (let o = 0; o < outputs; o++) rows[g]![places[width + o]! + this.#filled * PANEL] = targets[from + o]!;
      }
      if (++this.#filled < BLOCK_ROWS) continue;
      this.#flush();
      rows = this.#groups.map((group) => group.rows());
    }
  }

  #flush(): void {
    this.#groups.forEach((group) => group.add(this.#filled));
    this.#filled = 0;
  }

  /** The moments of each group. Throws a `DataError` where a number is not finite. */
  read(): Centred[] {
    this.#flush();
    const all = this.#groups.map((group) => group.read());
    if (all.every(({ mean, products }) => mean.every(Number.isFinite) && products.every(Number.isFinite))) return all;
    throw new DataError(
      "the samples lead to numbers that are not finite; look for NaN in the pictures or the weights",
      this.#layer.name,
    );
  }
}
