import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { planCopy } from "../copy.js";
import { checkList } from "../lists.js";
import { type Shape, sizeOf, stridesOf } from "../shape.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

export const pad: LayerRule<"pad"> = {
  inputs: one,
  shape(op, [x]) {
    checkList(op.before, "pads in front", x!.length, 0);
    checkList(op.after, "pads behind", x!.length, 0);
    x!.forEach((size, axis) => {
      if (op.mode === "reflect" && Math.max(op.before[axis]!, op.after[axis]!) >= size) {
        throw new ModelError(`reflects more of axis ${axis} than the ${size - 1} elements besides the edge`);
      }
    });
    return x!.map((size, axis) => size + op.before[axis]! + op.after[axis]!);
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan(op, site) {
    const { shape, place } = site.inputs[0]!;
    const output = site.output;
    if (op.mode !== "constant") {
      const table = site.constants.words(sizeOf(output.shape), (to) => fillSources(op, shape, output.shape, to));
      site.step(Kernel.Gather, { x: place, y: output.place, table, ow: sizeOf(output.shape) });
      return site.pick("gather_f32", `mode ${op.mode}`);
    }
    const to = stridesOf(output.shape);
    const first = op.before.reduce((sum, count, axis) => sum + count * to[axis]!, 0);
    site.step(Kernel.Fill, { y: output.place, value: op.value, ow: sizeOf(output.shape) });
    planCopy(site, { place, first: 0, strides: stridesOf(shape) }, { place: output.place, first, strides: to }, shape);
    site.pick("fill_f32 + copy_f32", "mode constant");
  },
};

/** For each output element the input element it repeats. */
function fillSources(op: OpOf<"pad">, input: Shape, output: Shape, to: Int32Array): void {
  const from = stridesOf(input);
  for (let i = 0; i < to.length; i++) {
    let rest = i;
    to[i] = 0;
    for (let axis = output.length - 1; axis >= 0; axis--) {
      const at = (rest % output[axis]!) - op.before[axis]!;
      to[i]! += (op.mode === "edge" ? clampTo(at, input[axis]!) : mirror(at, input[axis]!)) * from[axis]!;
      rest = Math.floor(rest / output[axis]!);
    }
  }
}

const clampTo = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
const mirror = (at: number, size: number) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at);
