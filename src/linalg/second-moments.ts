/** Sums of x xT over rows x, which least squares need of a layer's inputs and outputs; no row is stored. */
import type { Toolkit } from "./toolkit.js";

/** Rows that are summed in float32, before their sums are added up in float64. */
export const BLOCK_ROWS = 256;

/** Numbers of a row that lie side by side; the next row's are as many further on. */
export const PANEL = 8;

/** Rows that a panel has room for: two more, or panels would lie whole multiples of 4 KB apart and share few lines of a cache. */
const CAPACITY = BLOCK_ROWS + 2;

/** Means, and the sums of products of what is left when they are taken off. */
export interface Centred {
  readonly width: number;
  readonly count: number;
  readonly mean: Float64Array;
  /** [width][width]: sum over rows of (x - mean)(x - mean)T. */
  readonly products: Float64Array;
}

/** The moments of all rows, from those of two parts (Chan, Golub, LeVeque 1983). */
export function joinMoments(a: Centred, b: Centred): Centred {
  const count = a.count + b.count;
  const share = count === 0 ? 0 : b.count / count;
  const apart = a.mean.map((mean, f) => b.mean[f]! - mean);
  const products = a.products.slice();
  for (let i = 0, at = 0; i < a.width; i++) {
    const factor = a.count * share * apart[i]!;
    for (let j = 0; j < a.width; j++, at++) products[at]! += b.products[at]! + factor * apart[j]!;
  }
  return { width: a.width, count, mean: a.mean.map((mean, f) => mean + share * apart[f]!), products };
}

/**
 * Collects rows in blocks. The caller writes number f of row r to `rows()[places[f] + r * PANEL]`, for fewer than BLOCK_ROWS
 * rows, and says with `add` how many there are.
 */
export class SecondMoments {
  readonly width: number;
  /** Where the numbers of the first row lie. */
  readonly places: Int32Array;
  readonly #toolkit: Toolkit;
  readonly #padded: number;
  #pointers: readonly [rows: number, sums: number] | undefined;
  #count = 0;

  /** @internal Use `Moments.second`. */
  constructor(toolkit: Toolkit, width: number) {
    this.width = width;
    this.#toolkit = toolkit;
    this.#padded = PANEL * Math.ceil((width + 1) / PANEL);
    this.places = Int32Array.from({ length: width + 1 }, (_, f) => placeOf(f));
    const panels = this.#padded / PANEL;
    const pin = (type: { readonly value: number }, length: number) =>
      toolkit.__pin(toolkit.__newArray(type.value, length));
    this.#pointers = [
      pin(toolkit.FLOAT32_ARRAY, this.#padded * CAPACITY),
      pin(toolkit.FLOAT64_ARRAY, ((panels * (panels + 1)) / 2) * PANEL * PANEL),
    ];
  }

  /** The block's memory. Ask again after every call of this module: it may have moved. */
  rows(): Float32Array {
    return this.#toolkit.__getFloat32ArrayView(this.#alive()[0]);
  }

  /** Adds the first `count` rows of the block. */
  add(count: number): void {
    const [rows, sums] = this.#alive();
    const values = this.rows();
    const ones = this.places[this.width]!;
    for (let r = 0; r < count; r++) values[ones + r * PANEL] = 1;
    this.#toolkit.addGram(rows, this.#padded, CAPACITY, count, sums);
    this.#count += count;
  }

  /** What was added, and the end of this object: its memory is given back. */
  read(): Centred {
    const sums = this.#toolkit.__getFloat64ArrayView(this.#alive()[1]);
    const { width } = this;
    const count = this.#count;
    const mean = Float64Array.from({ length: width }, (_, f) => sums[tileOf(f, width)]! / (count || 1));
    const products = new Float64Array(width * width);
    for (let j = 0; j < width; j++) {
      for (let i = 0; i <= j; i++) {
        const product = sums[tileOf(i, j)]! - count * mean[i]! * mean[j]!;
        products[i * width + j] = product;
        products[j * width + i] = product;
      }
    }
    this.close();
    return { width, count, mean, products };
  }

  close(): void {
    this.#pointers?.forEach((pointer) => this.#toolkit.__unpin(pointer));
    this.#pointers = undefined;
  }

  #alive(): readonly [number, number] {
    if (!this.#pointers) throw new RangeError("second moments: already read");
    return this.#pointers;
  }
}

const placeOf = (f: number) => Math.floor(f / PANEL) * PANEL * CAPACITY + (f % PANEL);

/** Where the sum of products of the numbers i <= j lies. */
function tileOf(i: number, j: number): number {
  const [first, second] = [Math.floor(i / PANEL), Math.floor(j / PANEL)];
  return (((second * (second + 1)) / 2 + first) * PANEL + (i % PANEL)) * PANEL + (j % PANEL);
}
