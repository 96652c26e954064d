/** The variants as series: one a pruning method, with its look. */
import { DENSE_LOOK, type SeriesLook, seriesLook } from "../charts/palette.js";
import type { Comparison, Variant } from "../comparison.js";

export interface Series {
  readonly name: string;
  readonly look: SeriesLook;
  readonly variants: readonly Variant[];
}

/** In the order in which the methods first appear. Variants without a method are one series. */
export function seriesOf({ variants }: Comparison): Series[] {
  const names = [...new Set(variants.map(methodOf))];
  return names.map((name, i) => ({
    name,
    look: seriesLook(i),
    variants: variants.filter((variant) => methodOf(variant) === name),
  }));
}

export function lookOf(series: readonly Series[], variant: Variant): SeriesLook {
  return series.find(({ variants }) => variants.includes(variant))?.look ?? DENSE_LOOK;
}

const methodOf = ({ method }: Variant) => method ?? "pruned";
