/** Scores from the norms of filters. */
import type { OwnedSlices, Unit } from "../units.js";

/**
 * A score from the filters that produce a channel: each producer's norms are divided by their mean, so that layers compare,
 * and averaged over the producers.
 */
export function byFilterNorm(norm: (values: Iterable<number>) => number): (unit: Unit) => Float64Array {
  return (unit) => {
    const producers = unit.owned.filter(({ role }) => role === "produce");
    const sources = producers.length > 0 ? producers : unit.owned.filter(({ tensor }) => tensor.shape.length > 1);
    const score = new Float64Array(unit.width);
    for (const source of sources) {
      const norms = source.slices.map((slices) => norm(elements(source, slices)));
      const mean = norms.reduce((sum, value) => sum + value, 0) / norms.length || 1;
      norms.forEach((value, channel) => (score[channel]! += value / mean / sources.length));
    }
    return score;
  };
}

/** All numbers of some slices along the owned axis. */
function* elements({ tensor, axis }: OwnedSlices, slices: readonly number[]): Iterable<number> {
  const size = tensor.shape[axis]!;
  const inner = tensor.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  for (const slice of slices) {
    for (let from = slice * inner; from < tensor.data.length; from += size * inner) {
      for (let i = 0; i < inner; i++) yield tensor.data[from + i]!;
    }
  }
}
