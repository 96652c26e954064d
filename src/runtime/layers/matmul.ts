import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { formatShape, sizeOf } from "../shape.js";
import { behind } from "../site.js";
import type { LayerRule } from "./layer.js";

export const matmul: LayerRule<"matmul"> = {
  inputs: () => ({ least: 2, most: 2 }),
  shape(_op, [a, b]) {
    const fits =
      a!.length >= 2 &&
      a!.length === b!.length &&
      a!.at(-1) === b!.at(-2) &&
      a!.slice(0, -2).every((size, axis) => size === b![axis]);
    if (!fits) throw new ModelError(`no matrix product of ${formatShape(a!)} and ${formatShape(b!)}`);
    return [...a!.slice(0, -1), b!.at(-1)!];
  },
  macs: (_op, [a, b]) => sizeOf(a!) * b!.at(-1)!,
  clamps: true,
  adds: false,
  view: false,
  plan(_op, site) {
    const [a, b] = site.inputs;
    const [m, k, n] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!];
    for (let batch = 0; batch < sizeOf(a!.shape) / (m * k); batch++) {
      site.step(Kernel.Matmul, {
        x: behind(a!.place, 4 * batch * m * k),
        f: behind(b!.place, 4 * batch * k * n),
        y: behind(site.output.place, 4 * batch * m * n),
        oh: m,
        ic: k,
        ow: n,
        lo: site.lo,
        hi: site.hi,
      });
    }
    site.pick("matmul_f32", "the only one");
  },
};
