/** Means and products of a unit's channels where layers read them, measured on samples. */
import { DataError } from "../../errors.js";
import { producers } from "../../graph/edit.js";
import type { Shape } from "../../graph/graph.js";
import { sizeOf } from "../../graph/graph.js";
import { deriveSeed, uniform } from "../../random.js";
import type { MethodContext } from "../methods/method.js";
import { visitSamples } from "../visit-samples.js";
import type { Reader } from "./readers.js";

/** Of n channels. */
export interface ChannelMoments {
  /** E[x_i]. */
  readonly mean: Float64Array;
  /** [n][n]: E[x_i x_j]. */
  readonly products: Float64Array;
}

/** Pixels of a value that are looked at, of each sample. */
const POSITIONS = 64;

/** Products that are added up for a reader, at most: where channels are many, fewer pixels are looked at. */
const MOST_PRODUCTS = 2e9;

/** The moments at each reader, in their order. Runs the network once. */
export async function measureChannels(
  readers: readonly Reader[],
  context: Pick<MethodContext, "graph" | "shapes" | "samples" | "runner" | "onProgress">,
): Promise<ChannelMoments[]> {
  const { graph, shapes } = context;
  const { count } = context.samples();
  const sums = readers.map((reader) => new MomentSums(reader, shapes.get(reader.value)!, count));
  const made = producers(graph);
  const nodes = new Set(readers.map(({ value }) => made.get(value)!));
  await visitSamples(nodes, context, (node, value) => {
    for (const sum of sums) if (sum.value === node.outputs[0]) sum.add(value);
  });
  return sums.map((sum) => sum.read());
}

class MomentSums {
  readonly value: string;
  readonly #node: string;
  readonly #places: readonly (readonly number[])[];
  readonly #size: number;
  readonly #outer: number;
  readonly #inner: number;
  readonly #positions: number;
  readonly #next: () => number;
  readonly #sums: Float64Array;
  readonly #products: Float64Array;
  #count = 0;

  constructor({ node, value, axis, places }: Reader, shape: Shape, samples: number) {
    const width = places.length;
    this.value = value;
    this.#node = node.name;
    this.#places = places;
    this.#size = shape[axis]!;
    this.#outer = sizeOf(shape.slice(0, axis));
    this.#inner = sizeOf(shape.slice(axis + 1));
    const affordable = Math.ceil((2 * MOST_PRODUCTS) / (width * width * samples));
    this.#positions = Math.min(this.#outer * this.#inner, POSITIONS, affordable);
    this.#next = uniform(deriveSeed(1, `${value} ${node.name}`));
    this.#sums = new Float64Array(width);
    this.#products = new Float64Array(width * width);
  }

  /** Pixels by lot, one from each of as many equal parts. */
  add(values: Float32Array): void {
    const all = this.#outer * this.#inner;
    const row = new Float64Array(this.#places.length);
    const repeats = this.#places[0]!.length;
    for (let p = 0; p < this.#positions; p++) {
      const position = Math.floor(((p + (this.#positions === all ? 0 : this.#next())) * all) / this.#positions);
      const start = Math.floor(position / this.#inner) * this.#size * this.#inner + (position % this.#inner);
      for (let k = 0; k < repeats; k++) {
        for (let c = 0; c < row.length; c++) row[c] = values[start + this.#places[c]![k]! * this.#inner]!;
        this.#addRow(row);
      }
    }
  }

  #addRow(row: Float64Array): void {
    const width = row.length;
    this.#count++;
    for (let i = 0; i < width; i++) {
      const x = row[i]!;
      if (x === 0) continue;
      this.#sums[i]! += x;
      for (let j = i, at = i * width + i; j < width; j++, at++) this.#products[at]! += x * row[j]!;
    }
  }

  read(): ChannelMoments {
    const width = this.#sums.length;
    const mean = this.#sums.map((sum) => sum / this.#count);
    const products = new Float64Array(width * width);
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) {
        const product = this.#products[i * width + j]! / this.#count;
        products[i * width + j] = product;
        products[j * width + i] = product;
      }
    }
    if (mean.every(Number.isFinite) && products.every(Number.isFinite)) return { mean, products };
    throw new DataError(
      "the samples lead to numbers that are not finite; look for NaN in the pictures or the weights",
      this.#node,
    );
  }
}
