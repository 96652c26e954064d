/** A way to take a convolution apart into a chain of smaller ones. */
import type { FilterShape, Stage, StageShape } from "./stage.js";
import type { Target } from "./target.js";

/** Ranks that a layer may be given, and what its outputs miss then. */
export interface RankOption {
  readonly ranks: readonly number[];
  /** The mean square that the outputs miss, before any factor is refitted: exact or an upper bound, falling with the ranks. */
  readonly missing: number;
}

export interface Spectrum {
  /** Falling. */
  readonly squares: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export interface Form {
  readonly name: string;
  readonly summary: string;
  readonly paper: string;
  /** The largest ranks, with which a layer is reproduced; undefined where it cannot be taken apart in this way. */
  fullRanks(shape: FilterShape): readonly number[] | undefined;
  /** The chain's sizes. */
  stages(shape: FilterShape, ranks: readonly number[]): readonly StageShape[];
  /** Rank by rank, from few to all. */
  options(target: Target): readonly RankOption[];
  /** For each rank the squares of the singular values of the matrix that it is the rank of; left out where there is none. */
  readonly spectra?: (target: Target) => readonly Spectrum[];
  /** The chain at these ranks, as good as the form's own decomposition makes it. */
  factorise(target: Target, ranks: readonly number[]): readonly Stage[];
}

/** A stage and its filter. */
export const withFilter = (stage: StageShape, filter: Float64Array): Stage => ({ ...stage, filter });

/** What is missing with 1, 2, 3 ... directions, where `energies` says what each adds. */
export function tails(energies: Float64Array): Float64Array {
  const missing = new Float64Array(energies.length);
  for (let r = energies.length - 2; r >= 0; r--) missing[r] = missing[r + 1]! + energies[r + 1]!;
  return missing;
}

/** One option for each rank from 1 to `full`. */
export function rankByRank(energies: Float64Array, full: number): RankOption[] {
  const missing = tails(energies.subarray(0, full));
  return Array.from(missing, (value, i) => ({ ranks: [i + 1], missing: value }));
}
