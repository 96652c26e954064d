import { ModelError } from "../errors.js";
import { sizeOf, type Tensor } from "../graph/graph.js";
import { defineOp } from "./op.js";

export type ResampleAttrs = {
  readonly mode: "nearest" | "linear" | "cubic";
  /** Where output elements lie among the input's: schemas/network.proto has the formulas. */
  readonly coordinates:
    "half_pixel" | "half_pixel_symmetric" | "pytorch_half_pixel" | "align_corners" | "asymmetric" | "crop";
  readonly nearest: "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil";
  /** The parameter a of cubic convolution. */
  readonly cubic: number;
  /** Neighbours outside count nothing, instead of as much as the edge that they repeat. */
  readonly excludeOutside: boolean;
  /** Shrinking widens the filter by 1 / scale. */
  readonly antialias: boolean;
  /** What lies outside; only for "crop". */
  readonly outside: number;
  /** Strictly increasing. */
  readonly axes: readonly number[];
  /** For each of `axes` the output's size, and output elements per input element. */
  readonly sizes: readonly number[];
  readonly scales: readonly number[];
  /** For "crop", in parts of the axis; else empty. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
};

/** Interpolation along some axes, one after the other. */
export const resample = defineOp({
  name: "resample",

  infer({ axes, sizes }: ResampleAttrs, [x]) {
    const wrong = axes.find((axis) => axis < 0 || axis >= x!.length);
    if (wrong !== undefined) throw new ModelError(`axis ${wrong} of an input with ${x!.length} axes`);
    return [x!.map((size, axis) => sizes[axes.indexOf(axis)] ?? size)];
  },

  evaluate(attrs, [x]) {
    return [attrs.axes.reduce((current, _, i) => along(attrs, i, current), x!)];
  },

  atoms({ axes }, [x], channels) {
    axes.forEach((axis) => channels.freeze(x![axis], "interpolated over the channels"));
    return [x!.map((atoms, axis) => (axes.includes(axis) ? null : atoms))];
  },

  reorder(attrs, order) {
    const sorted = attrs.axes.map((axis, i) => ({ axis: order[axis]!, i })).sort((a, b) => a.axis - b.axis);
    const pick = (list: readonly number[]) => (list.length === 0 ? list : sorted.map(({ i }) => list[i]!));
    const { sizes, scales, starts, ends } = attrs;
    const lists = { sizes: pick(sizes), scales: pick(scales), starts: pick(starts), ends: pick(ends) };
    return { attrs: { ...attrs, ...lists, axes: sorted.map(({ axis }) => axis) }, order };
  },

  macs: () => 0,
  lower: (attrs) => ({ layer: { type: "resample", ...attrs }, reads: [0] }),

  raise(layer) {
    if (layer.type !== "resample") return undefined;
    const { type: _type, ...attrs } = layer;
    return { attrs, constants: [] };
  },
});

/** One axis, number `i` of the list. */
function along(attrs: ResampleAttrs, i: number, x: Tensor): Tensor {
  const axis = attrs.axes[i]!;
  const [n, o] = [x.shape[axis]!, attrs.sizes[i]!];
  const inner = sizeOf(x.shape.slice(axis + 1));
  const shape = x.shape.with(axis, o);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const position = coordinate(attrs, i, Math.floor(at / inner) % o, n);
    if (attrs.coordinates === "crop" && (position < 0 || position > n - 1)) return attrs.outside;
    const first = Math.floor(at / inner / o) * n * inner + (at % inner);
    const element = (k: number) => x.data[first + Math.min(Math.max(k, 0), n - 1) * inner]!;
    return attrs.mode === "nearest"
      ? element(round(attrs.nearest, position))
      : weigh(attrs, attrs.scales[i]!, position, n, element);
  });
  return { shape, data };
}

/** Where output element `i` lies, counted in input elements. */
function coordinate(attrs: ResampleAttrs, axis: number, i: number, n: number): number {
  const [o, scale] = [attrs.sizes[axis]!, attrs.scales[axis]!];
  const [start, end] = [attrs.starts[axis] ?? 0, attrs.ends[axis] ?? 1];
  switch (attrs.coordinates) {
    case "align_corners":
      return o === 1 ? 0 : (i * (n - 1)) / (o - 1);
    case "asymmetric":
      return i / scale;
    case "crop":
      return o === 1 ? ((start + end) / 2) * (n - 1) : start * (n - 1) + (i * (end - start) * (n - 1)) / (o - 1);
    case "half_pixel_symmetric":
      return (n / 2) * (1 - o / (scale * n)) + (i + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return o === 1 ? 0 : (i + 0.5) / scale - 0.5;
    default:
      return (i + 0.5) / scale - 0.5;
  }
}

function round(nearest: ResampleAttrs["nearest"], position: number): number {
  if (nearest === "floor") return Math.floor(position);
  if (nearest === "ceil") return Math.ceil(position);
  return nearest === "round_prefer_floor" ? Math.ceil(position - 0.5) : Math.floor(position + 0.5);
}

/** The sum of the neighbours by the filter's weights at their distances, which add up to 1. */
function weigh(
  attrs: ResampleAttrs,
  scale: number,
  position: number,
  n: number,
  element: (k: number) => number,
): number {
  const narrowed = attrs.antialias ? Math.min(scale, 1) : 1;
  const reach = Math.ceil((attrs.mode === "linear" ? 1 : 2) / narrowed);
  const base = Math.floor(position);
  let [sum, weights] = [0, 0];
  for (let k = base - reach; k <= base + reach + 1; k++) {
    const weight = filter(attrs, Math.abs(k - position) * narrowed);
    if (weight === 0 || (attrs.excludeOutside && (k < 0 || k >= n))) continue;
    sum += weight * element(k);
    weights += weight;
  }
  return sum / weights;
}

/** The triangle, or the cubic of Keys (1981) with parameter a. */
function filter({ mode, cubic: a }: ResampleAttrs, d: number): number {
  if (mode === "linear") return Math.max(0, 1 - d);
  if (d >= 2) return 0;
  return d <= 1 ? (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1 : a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
}
