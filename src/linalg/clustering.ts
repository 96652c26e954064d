/** Agglomerative clustering: the two clusters nearest to one another become one, again and again. */

/** How far two clusters are apart: the mean, or the largest, of the distances between their members. */
export type Linkage = "average" | "complete";

/** Cluster `from` joins cluster `into`, whose number is the smaller one and stands for both from then on. */
export interface Join {
  readonly into: number;
  readonly from: number;
  /** Distance of the two. No join of a dendrogram is lower than an earlier one. */
  readonly height: number;
}

/**
 * The dendrogram of `count` items, as n - 1 joins in their order; of equally near pairs the one with the smallest numbers
 * joins first. `distances` is symmetric, [count][count]. Distances of joined clusters follow Lance and Williams (1967).
 */
export function dendrogram(distances: ArrayLike<number>, count: number, linkage: Linkage): Join[] {
  const tree = new Nearest(Float64Array.from(distances), count, linkage);
  return Array.from({ length: Math.max(0, count - 1) }, () => tree.join());
}

/** Clusters, and for each the nearest one with a larger number. */
class Nearest {
  readonly #distances: Float64Array;
  readonly #count: number;
  readonly #linkage: Linkage;
  readonly #sizes: Float64Array;
  readonly #nearest: Int32Array;

  constructor(distances: Float64Array, count: number, linkage: Linkage) {
    this.#distances = distances;
    this.#count = count;
    this.#linkage = linkage;
    this.#sizes = new Float64Array(count).fill(1);
    this.#nearest = Int32Array.from({ length: count }, (_, i) => this.#findNearest(i));
  }

  join(): Join {
    const [into, height] = this.#closest();
    const from = this.#nearest[into]!;
    for (let k = 0; k < this.#count; k++) {
      if (this.#sizes[k] === 0 || k === into || k === from) continue;
      this.#set(into, k, this.#linked(into, from, k));
    }
    this.#sizes[into]! += this.#sizes[from]!;
    this.#sizes[from] = 0;
    // Both linkages are reducible: no other row's nearest cluster came nearer by this.
    for (let i = 0; i < this.#count; i++) {
      const stale = i === into || this.#nearest[i] === into || this.#nearest[i] === from;
      if (this.#sizes[i] !== 0 && stale) this.#nearest[i] = this.#findNearest(i);
    }
    return { into, from, height };
  }

  #closest(): [into: number, height: number] {
    let [best, height] = [-1, Infinity];
    for (let i = 0; i < this.#count; i++) {
      if (this.#sizes[i] === 0 || this.#nearest[i]! < 0) continue;
      const distance = this.#get(i, this.#nearest[i]!);
      if (best >= 0 && !(distance < height)) continue;
      [best, height] = [i, distance];
    }
    return [best, height];
  }

  /** Of the clusters with larger numbers; -1 where there is none. */
  #findNearest(i: number): number {
    let best = -1;
    for (let j = i + 1; j < this.#count; j++) {
      if (this.#sizes[j] !== 0 && (best < 0 || this.#get(i, j) < this.#get(i, best))) best = j;
    }
    return best;
  }

  #linked(a: number, b: number, k: number): number {
    if (this.#linkage === "complete") return Math.max(this.#get(a, k), this.#get(b, k));
    const [m, n] = [this.#sizes[a]!, this.#sizes[b]!];
    return (m * this.#get(a, k) + n * this.#get(b, k)) / (m + n);
  }

  #get(i: number, j: number): number {
    return this.#distances[i * this.#count + j]!;
  }

  #set(i: number, j: number, value: number): void {
    this.#distances[i * this.#count + j] = value;
    this.#distances[j * this.#count + i] = value;
  }
}
