import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Place } from "../site.js";
import { type LayerRule, noMacs, one } from "./layer.js";

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

/** Mean over each run of axes in turn, innermost run first; the mean of equal-sized means is the mean. */
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
    const todo = runs(op.axes).reverse();
    let shape: Shape = site.inputs[0]!.shape;
    let from: Place = site.inputs[0]!.place;
    todo.forEach(([first, end], i) => {
      const last = i === todo.length - 1;
      const reduced = shape.map((size, axis) => (axis >= first && axis < end ? 1 : size));
      const to = last ? site.output.place : site.scratch(4 * sizeOf(reduced));
      site.step(Kernel.Mean, {
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
    site.pick("mean_f32", "the only one");
  },
};
