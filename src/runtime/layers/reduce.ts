import { Finish, Fold, Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Place } from "../site.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

/** Neighbouring reduced axes, as [first, behind the last). */
function runs(axes: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const axis of axes) {
    const last = found.at(-1);
    if (last && last[1] === axis) last[1]++;
    else found.push([axis, axis + 1]);
  }
  return found;
}

type Kind = OpOf<"reduce">["kind"];

/** How a kind is computed: by the first run of axes, by the runs behind it, and at the end. */
interface Recipe {
  readonly first: Fold;
  readonly rest: Fold;
  readonly finish: Finish;
}

const plain = (fold: Fold): Recipe => ({ first: fold, rest: fold, finish: Finish.Nothing });
const summed = (first: Fold, finish: Finish): Recipe => ({ first, rest: Fold.Sum, finish });

/** Kinds that are one fold; the mean and the logarithm of exponentials have kernels of their own. */
const RECIPES: { readonly [K in Exclude<Kind, "mean" | "log_sum_exp">]: Recipe } = {
  sum: plain(Fold.Sum),
  max: plain(Fold.Max),
  min: plain(Fold.Min),
  prod: plain(Fold.Product),
  l2: summed(Fold.SumOfSquares, Finish.Root),
  l1: summed(Fold.SumOfMagnitudes, Finish.Nothing),
  sum_square: summed(Fold.SumOfSquares, Finish.Nothing),
  log_sum: summed(Fold.Sum, Finish.Logarithm),
};

/** Kernel and numbers for one run of axes. */
function kernelFor(kind: Kind, isFirst: boolean, isLast: boolean): { kernel: Kernel; kh?: number; kw?: number } {
  if (kind === "mean") return { kernel: Kernel.Mean };
  if (kind === "log_sum_exp") return { kernel: Kernel.LogSumExp };
  const { first, rest, finish } = RECIPES[kind];
  return { kernel: Kernel.Reduce, kh: isFirst ? first : rest, kw: isLast ? finish : Finish.Nothing };
}

const PICKED: Readonly<Partial<Record<Kind, string>>> = { mean: "mean_f32", log_sum_exp: "log_sum_exp_f32" };

/** Each run of axes in turn, innermost run first; the mean of equal-sized means is the mean, and so with the other kinds. */
export const reduce: LayerRule<"reduce"> = {
  inputs: one,
  shape(op, [x]) {
    op.axes.forEach((axis, i) => {
      if (axis >= x!.length || (i > 0 && axis <= op.axes[i - 1]!)) {
        throw new ModelError(`axes [${op.axes.join(", ")}] of an input with ${x!.length} axes`);
      }
    });
    if (op.axes.length === 0) throw new ModelError("no axis to reduce");
    const kept = x!.map((size, axis) => (op.axes.includes(axis) ? 1 : size));
    return op.keepDims ? kept : kept.filter((_, axis) => !op.axes.includes(axis));
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    const groups = runs(op.axes).reverse();
    let shape: Shape = site.inputs[0]!.shape;
    let from: Place = site.inputs[0]!.place;
    groups.forEach(([first, end], i) => {
      const last = i === groups.length - 1;
      const reduced = shape.map((size, axis) => (axis >= first && axis < end ? 1 : size));
      const to = last ? site.output.place : site.scratch(4 * sizeOf(reduced));
      const { kernel, ...how } = kernelFor(op.kind, i === 0, last);
      site.step(kernel, {
        ...how,
        x: from,
        y: to,
        oc: sizeOf(shape.slice(0, first)),
        ic: sizeOf(shape.slice(first, end)),
        ow: sizeOf(shape.slice(end)),
        lo: last ? site.lo : -Infinity,
        hi: last ? site.hi : Infinity,
      });
      [shape, from] = [reduced, to];
    });
    site.pick(PICKED[op.kind] ?? "reduce_f32", "the only one");
  },
};
