/**
 * Rows of the lowered matrix: an input channel at one tap, as all outputs read it. The rows that cost least go, one by one, and
 * the weights of the others make up for them.
 */
import { maskEdit } from "../edits/mask.js";
import { weightsEdit } from "../edits/weights.js";
import { patchSize } from "../low-rank/stage.js";
import type { Target } from "../low-rank/target.js";
import { filterShape } from "../reconstruct/layer-target.js";
import type { Compressor } from "../reconstruct/compressor.js";
import { eliminate, type Layer as Linear } from "./eliminate.js";
import { refitTogether } from "./sparse.js";

/** How many rows are left, and in which order rows go in the dense network. */
export interface RowPlan {
  readonly rows: number;
  readonly order: readonly number[];
}

/** Rows are chosen in the metric of the inputs, so samples must have been seen. */
export const rowCompressor: Compressor<RowPlan> = {
  candidates(target) {
    const { missing, order } = eliminate(linear(target), 1);
    const rows = patchSize(target.shape);
    return Array.from(missing, (missed, gone) => ({ plan: { rows: rows - gone, order }, missing: missed }));
  },

  cost({ rows }, layer) {
    const parameters = rows * filterShape(layer)[0];
    return { macs: layer.macsPerWeight * parameters, parameters };
  },

  kindOf: () => "rows",

  sketch({ rows, order }, layer) {
    const bits = new Uint8Array(patchSize(filterShape(layer))).fill(1);
    order.slice(0, bits.length - rows).forEach((row) => (bits[row] = 0));
    return maskEdit(layer, filterShape(layer)[0], bits);
  },

  realise(target, plan, layer, quick) {
    const bits = new Uint8Array(patchSize(target.shape)).fill(1);
    const found = quick ? undefined : eliminate(linear(target), plan.rows);
    const order = found?.order ?? plan.order.slice(0, bits.length - plan.rows);
    order.forEach((row) => (bits[row] = 0));
    const weights = found?.weights ?? refitTogether(linear(target), bits);
    return { filter: weights, edit: (bias) => weightsEdit(layer, filterShape(layer)[0], bits, weights, bias) };
  },
};

export function linear({ shape, weights, products, scale }: Target): Linear {
  if (!products) throw new RangeError("rows are chosen by what the inputs say; none were seen");
  return { outputs: shape[0], weights, products, scale };
}
