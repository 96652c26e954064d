import { Kernel } from "../../../assembly/abi.js";
import { coverWindows, type Geometry, geometryOf, stepNumbers } from "../geometry.js";
import type { Shape } from "../shape.js";
import { behind, type Constants, type Place, scratchEach } from "../site.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

const check = (op: OpOf<"pool">, x: Shape) => geometryOf(x, x[1]!, op.kernel, op, op.ceil);

export const pool: LayerRule<"pool"> = {
  inputs: one,
  shape(op, [x]) {
    const g = check(op, x!);
    return [g.n, g.oc, g.oh, g.ow];
  },
  macs: noMacs,
  clamps: true,
  adds: false,
  view: false,
  plan(op, site) {
    const exact = check(op, site.inputs[0]!.shape);
    const g = coverWindows(exact);
    const table = op.kind === "average" ? poolShares(exact, op.countPadding, site.constants) : undefined;
    const scratch = scratchEach(site, 4 * (g.left + g.iw + g.right) + 32 * g.sw + 64);
    for (let image = 0; image < g.n; image++) {
      site.step(op.kind === "max" ? Kernel.MaxPool : Kernel.AveragePool, {
        ...stepNumbers(g),
        x: behind(site.inputs[0]!.place, 4 * image * g.ic * g.ih * g.iw),
        y: behind(site.output.place, 4 * image * g.oc * g.oh * g.ow),
        ...scratch,
        table,
        lo: site.lo,
        hi: site.hi,
      });
    }
    site.pick(`${op.kind}_pool_f32`, "the only one");
  },
};

/** 1 / elements that count, for each output row, then for each output column. */
export function poolShares(g: Geometry, countPadding: boolean, constants: Constants): Place {
  return constants.floats(g.oh + g.ow + 4, (to) => {
    for (let p = 0; p < g.oh; p++)
      to[p] = share(p * g.sh - g.top, g.kh, g.dh, g.ih, countPadding ? [g.top, g.bottom] : [0, 0]);
    for (let q = 0; q < g.ow; q++) {
      to[g.oh + q] = share(q * g.sw - g.left, g.kw, g.dw, g.iw, countPadding ? [g.left, g.right] : [0, 0]);
    }
  });
}

function share(first: number, kernel: number, dilation: number, size: number, pads: readonly [number, number]): number {
  const from = Math.max(0, Math.ceil((-pads[0] - first) / dilation));
  const to = Math.min(kernel, Math.ceil((size + pads[1] - first) / dilation));
  return to > from ? 1 / (to - from) : 0;
}
