/** Scores from filters. */
import { elementsOf, type Unit } from "../units.js";

/**
 * A score from the filters that produce a channel: each producer's scores are divided by their mean, so that layers compare,
 * and averaged over the producers.
 */
export function byFilters(
  scoresOf: (filters: readonly Float64Array[]) => readonly number[],
): (unit: Unit) => Float64Array {
  return (unit) => {
    const producers = unit.owned.filter(({ role }) => role === "produce");
    const sources = producers.length > 0 ? producers : unit.owned.filter(({ tensor }) => tensor.shape.length > 1);
    const score = new Float64Array(unit.width);
    for (const source of sources) {
      const scores = scoresOf(source.slices.map((slices) => elementsOf(source, slices)));
      const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length || 1;
      scores.forEach((value, channel) => (score[channel]! += value / mean / sources.length));
    }
    return score;
  };
}

/** The same from a norm of each filter. */
export const byFilterNorm = (norm: (filter: Float64Array) => number) => byFilters((filters) => filters.map(norm));
