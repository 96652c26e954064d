import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { checkList } from "../lists.js";
import { LIMITS } from "../limits.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Place, Site } from "../site.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

type Resample = OpOf<"resample">;

/** For each output element of one axis `taps` input elements and their weights, and what is added. */
interface Taps {
  readonly taps: number;
  readonly sources: Int32Array;
  readonly weights: Float64Array;
  readonly shifts: Float64Array;
}

export const resample: LayerRule<"resample"> = {
  inputs: one,
  shape(op, [x]) {
    const { axes, sizes, scales } = op;
    if (axes.some((axis, i) => axis >= x!.length || (i > 0 && axis <= axes[i - 1]!))) {
      throw new ModelError(`axes [${axes.join(", ")}] of an input with ${x!.length} axes`);
    }
    checkList(sizes, "sizes", axes.length, 1);
    checkReals(scales, "scales", axes.length);
    if (scales.some((scale) => scale <= 0)) throw new ModelError(`scales are [${scales.join(", ")}]`);
    const ranges = op.coordinates === "crop" ? axes.length : 0;
    checkReals(op.starts, "starts", ranges);
    checkReals(op.ends, "ends", ranges);
    axes.forEach((axis, i) => checkWork(op, x![axis]!, i));
    return x!.map((size, axis) => sizes[axes.indexOf(axis)] ?? size);
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan(op, site) {
    let { shape, place }: { shape: Shape; place: Place } = site.inputs[0]!;
    const order = cheapestOrder(op, shape);
    order.forEach((i, at) => {
      const resized = shape.map((size, axis) => (axis === op.axes[i] ? op.sizes[i]! : size));
      const to = at === order.length - 1 ? site.output.place : site.scratch(4 * sizeOf(resized));
      planAxis(op, i, site, shape, place, to);
      [shape, place] = [resized, to];
    });
    if (order.length === 0) {
      const ow = sizeOf(shape);
      site.step(Kernel.Clip, { x: place, y: site.output.place, ow });
    }
    site.pick(op.mode === "nearest" ? "gather_axis_f32" : "resample_f32", `mode ${op.mode}, one axis after the other`);
  },
};

function checkReals(list: readonly number[], what: string, length: number): void {
  if (list.length !== length || !list.every((n) => Math.abs(n) < LIMITS.size)) {
    throw new ModelError(`${what} are [${list.slice(0, 8).join(", ")}], expected ${length} finite numbers`);
  }
}

/** The table of one axis may not be larger than a value. */
function checkWork(op: Resample, n: number, i: number): void {
  const elements = op.sizes[i]! * tapsOf(op, i);
  if (!(elements <= LIMITS.elements)) {
    throw new ModelError(`${n} elements to ${op.sizes[i]} at scale ${op.scales[i]} take ${elements} weights`);
  }
}

/** Axes that shrink most come first; of equal ones the innermost, which works by single elements, where there is least. */
function cheapestOrder({ axes, sizes }: Resample, shape: Shape): number[] {
  const growth = axes.map((axis, i) => sizes[i]! / shape[axis]!);
  return axes
    .map((_, i) => i)
    .sort((a, b) => growth[a]! - growth[b]! || (growth[a]! > 1 ? axes[b]! - axes[a]! : axes[a]! - axes[b]!));
}

function planAxis(op: Resample, i: number, site: Site, shape: Shape, x: Place, y: Place): void {
  const axis = op.axes[i]!;
  const [n, o] = [shape[axis]!, op.sizes[i]!];
  const [oc, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const key = JSON.stringify([{ ...op, axes: 0, sizes: 0, scales: 0, starts: op.starts[i], ends: op.ends[i] }, n, o]);
  const id = `resample ${key} ${op.scales[i]} ${inner}`;
  const tables = once(() => tapsFor(op, i, n));
  if (op.mode === "nearest" && op.coordinates !== "crop") {
    const table = site.constants.words(o, (to) => tables().sources.forEach((k, q) => (to[q] = 4 * inner * k)), id);
    return site.step(Kernel.GatherAxis, { x, y, table, oc, ih: n, oh: o, ow: inner });
  }
  const taps = tapsOf(op, i);
  const rows = inner === 1 ? Math.ceil(o / 4) * 4 : o;
  const f = site.constants.floats(
    rows * taps,
    (to) => arrange(tables().weights, taps, inner === 1, to, 1),
    `${id} weights`,
  );
  const table = site.constants.words(
    rows * taps,
    (to) => arrange(tables().sources, taps, inner === 1, to, 4 * inner),
    `${id} sources`,
  );
  const b = site.constants.floats(rows, (to) => to.set(tables().shifts), `${id} shifts`);
  if (inner === 1) site.step(Kernel.ResampleInner, { x, y, f, b, table, oc, iw: n, ow: o, kw: taps });
  else site.step(Kernel.Resample, { x, y, f, b, table, oc, ih: n, oh: o, ow: inner, kh: taps });
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** [q][tap], or for the innermost axis [q / 4][tap][q % 4]. */
function arrange(
  from: ArrayLike<number>,
  taps: number,
  byFours: boolean,
  to: Float32Array | Int32Array,
  factor: number,
): void {
  for (let i = 0; i < from.length; i++) {
    const [q, tap] = [Math.floor(i / taps), i % taps];
    to[byFours ? (q - (q % 4)) * taps + 4 * tap + (q % 4) : i] = factor * from[i]!;
  }
}

/** How far the filter reaches to the left of the element in front of a point. */
function reachOf(op: Resample, i: number): number {
  const narrowed = op.antialias ? Math.min(op.scales[i]!, 1) : 1;
  return Math.ceil((op.mode === "linear" ? 1 : 2) / narrowed) - 1;
}

const tapsOf = (op: Resample, i: number) => (op.mode === "nearest" ? 1 : 2 * reachOf(op, i) + 2);

function tapsFor(op: Resample, i: number, n: number): Taps {
  const [o, taps] = [op.sizes[i]!, tapsOf(op, i)];
  const sources = new Int32Array(o * taps);
  const weights = new Float64Array(o * taps);
  const shifts = new Float64Array(o);
  for (let q = 0; q < o; q++) {
    const at = place(op, i, q, n);
    if (op.coordinates === "crop" && (at < 0 || at > n - 1)) {
      shifts[q] = op.outside;
      continue;
    }
    const first = op.mode === "nearest" ? rounded(op, at) : Math.floor(at) - reachOf(op, i);
    for (let t = 0; t < taps; t++) sources[q * taps + t] = Math.min(Math.max(first + t, 0), n - 1);
    if (op.mode === "nearest") weights[q] = 1;
    else fillWeights(op, op.scales[i]!, at, first, n, weights.subarray(q * taps, (q + 1) * taps));
  }
  return { taps, sources, weights, shifts };
}

function fillWeights(op: Resample, scale: number, at: number, first: number, n: number, to: Float64Array): void {
  const narrowed = op.antialias ? Math.min(scale, 1) : 1;
  let sum = 0;
  for (let t = 0; t < to.length; t++) {
    const inside = first + t >= 0 && first + t < n;
    to[t] = op.excludeOutside && !inside ? 0 : curve(op, Math.abs(first + t - at) * narrowed);
    sum += to[t]!;
  }
  for (let t = 0; t < to.length; t++) to[t]! /= sum;
}

function curve({ mode, cubic: a }: Resample, d: number): number {
  if (mode === "linear") return Math.max(0, 1 - d);
  if (d >= 2) return 0;
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/** Where output element q lies among the n input elements. */
function place(op: Resample, i: number, q: number, n: number): number {
  const [o, scale] = [op.sizes[i]!, op.scales[i]!];
  const half = (q + 0.5) / scale - 0.5;
  const [start, end] = [op.starts[i]!, op.ends[i]!];
  switch (op.coordinates) {
    case "align_corners":
      return o === 1 ? 0 : (q * (n - 1)) / (o - 1);
    case "asymmetric":
      return q / scale;
    case "crop":
      return o === 1 ? ((start + end) / 2) * (n - 1) : start * (n - 1) + (q * (end - start) * (n - 1)) / (o - 1);
    case "half_pixel_symmetric":
      return (n / 2) * (1 - o / (scale * n)) + half;
    case "pytorch_half_pixel":
      return o === 1 ? 0 : half;
    default:
      return half;
  }
}

function rounded({ nearest }: Resample, at: number): number {
  if (nearest === "floor") return Math.floor(at);
  if (nearest === "ceil") return Math.ceil(at);
  return nearest === "round_prefer_floor" ? Math.ceil(at - 0.5) : Math.floor(at + 0.5);
}
