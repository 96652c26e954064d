/**
 * Convolutions whose input channels are read by a few patterns of taps, each of which suits a kernel better than all together do: one
 * step for each pattern's channels, which adds to what the one before it has stored.
 */
import type { Weights } from "../../gen/network.js";
import type { Site } from "../site.js";
import type { Target } from "../target.js";
import { convTaps6, convTapsShuffled, convWindows } from "./conv-taps.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { sharedRows } from "./shared-taps.js";
import { pace } from "./tiles.js";

/** More patterns than that are a list of taps. */
const MOST_PATTERNS = 4;
/** Multiply-adds of the baseline build that reading one output element again costs. */
const AGAIN_COST = 4;

const KERNELS = [...convWindows, convTaps6, convTapsShuffled];

const found = new WeakMap<Weights, readonly Weights[]>();

/** The filter in one part for each pattern, in the order of their first channels; none where there are too many, or one. */
function patternsOf(filter: Weights): readonly Weights[] {
  const known = found.get(filter);
  if (known) return known;
  const [, , kh, kw] = filter.shape as [number, number, number, number];
  const rows = sharedRows(filter) ?? [];
  const patterns = new Map<string, number[]>();
  for (let first = 0, end = 0; first < rows.length; first = end) {
    const channel = Math.floor(rows[first]! / (kh * kw));
    while (end < rows.length && rows[end]! < (channel + 1) * kh * kw) end++;
    const places = Array.from({ length: end - first }, (_, i) => first + i);
    const key = places.map((i) => rows[i]! % (kh * kw)).join(" ");
    const alike = patterns.get(key);
    if (alike) alike.push(...places);
    else patterns.set(key, places);
  }
  const fits = patterns.size > 1 && patterns.size <= MOST_PATTERNS;
  const parts = fits ? [...patterns.values()].map((places) => partOf(filter, rows, places)) : [];
  found.set(filter, parts);
  return parts;
}

/** The filter with these of its rows alone. */
function partOf(filter: Weights, rows: readonly number[], places: readonly number[]): Weights {
  const [oc, icg, kh, kw] = filter.shape as [number, number, number, number];
  const kept = new Uint8Array(Math.ceil((icg * kh * kw) / 8));
  for (const i of places) kept[rows[i]! >> 3]! |= 1 << (rows[i]! & 7);
  const bytes = filter.data.length / oc / rows.length;
  const data = new Uint8Array(oc * places.length * bytes);
  for (let o = 0, to = 0; o < oc; o++) {
    for (const i of places) {
      const from = (o * rows.length + i) * bytes;
      for (let byte = 0; byte < bytes; byte++) data[to++] = filter.data[from + byte]!;
    }
  }
  return { ...filter, mask: "bitmap", kept, data };
}

/** As the rule for whole layers: the cheapest algorithm on one thread where loads are cheap, then its kernel that is cheapest here. */
function chooseKernel(part: ConvLayer, target: Target): ConvKernel {
  const cheapest = (kernels: readonly ConvKernel[], at: Target) =>
    kernels.reduce((best, kernel) => (kernel.cost(part, at) < best.cost(part, at) ? kernel : best));
  const fitting = KERNELS.filter((kernel) => kernel.fits(part));
  const { algorithm } = cheapest(fitting, { ...target, threads: 1, checksLoads: false });
  return cheapest(
    fitting.filter((kernel) => kernel.algorithm === algorithm),
    target,
  );
}

export const convPatterns: ConvKernel = {
  name: "conv_patterns_f32",
  packing: { kind: "sparse" },
  algorithm: "patterns",
  error: Math.max(...KERNELS.map(({ error }) => error)),
  fits: ({ filter }) => patternsOf(filter).length > 0,
  cost(layer, target) {
    const { n, oc, oh, ow } = layer.geometry;
    const parts = patternsOf(layer.filter).map((filter) => ({ ...layer, filter }));
    const sum = parts.reduce((cost, part) => cost + chooseKernel(part, target).cost(part, target), 0);
    return sum + (parts.length - 1) * n * oc * oh * ow * AGAIN_COST * pace(target);
  },
  plan(layer, site) {
    const parts = patternsOf(layer.filter);
    for (const [i, filter] of parts.entries()) {
      const part = { ...layer, filter, bias: i === 0 ? layer.bias : undefined };
      const sum = { residual: site.output.place, residualIsClamped: false, mayReplace: () => {} };
      const again: Partial<Site> = i === 0 ? {} : sum;
      const clamp = i === parts.length - 1 ? {} : { lo: -Infinity, hi: Infinity };
      chooseKernel(part, site.target).plan(part, { ...site, ...again, ...clamp });
    }
  },
};
