import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import { type Shape, stridesOf } from "../shape.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

function ranges(op: OpOf<"slice">, x: Shape): { start: number; step: number; count: number }[] {
  return x.map((size, axis) => {
    const i = op.axes.indexOf(axis);
    if (i < 0) return { start: 0, step: 1, count: size };
    const [start, end, step] = [op.starts[i]!, op.ends[i]!, op.steps[i]!];
    return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

export const slice: LayerRule<"slice"> = {
  inputs: one,
  shape(op, [x]) {
    const { axes } = op;
    if ([op.starts, op.ends, op.steps].some((list) => list.length !== axes.length)) {
      throw new ModelError(
        `${axes.length} axes, but ${op.starts.length} starts, ${op.ends.length} ends, ${op.steps.length} steps`,
      );
    }
    if (op.steps.includes(0) || axes.some((axis, i) => axis >= x!.length || (i > 0 && axis <= axes[i - 1]!))) {
      throw new ModelError(
        `axes [${axes.join(", ")}], steps [${op.steps.join(", ")}] of an input with ${x!.length} axes`,
      );
    }
    return ranges(op, x!).map(({ start, step, count }, axis) => {
      const last = start + (count - 1) * step;
      if (count < 1 || start < 0 || start >= x![axis]! || last < 0 || last >= x![axis]!) {
        throw new ModelError(`takes ${count} elements, ${start} to ${last}, of axis ${axis}, which has ${x![axis]}`);
      }
      return count;
    });
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan(op, site) {
    const { shape, place } = site.inputs[0]!;
    const strides = stridesOf(shape);
    const taken = ranges(op, shape);
    const first = taken.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
    const output = site.output.shape;
    planCopy(
      site,
      { place, first, strides: taken.map(({ step }, axis) => step * strides[axis]!) },
      { place: site.output.place, first: 0, strides: stridesOf(output) },
      output,
    );
    site.pick("copy_f32", "the only one");
  },
};
