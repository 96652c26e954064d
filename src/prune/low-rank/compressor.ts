/** Low rank as something that a layer may be replaced with. */
import { isOp } from "../../ops/index.js";
import { factorEdit } from "../edits/factor.js";
import type { Layer } from "../layers.js";
import { filterShape } from "../reconstruct/layer-target.js";
import type { Compressor } from "../reconstruct/compressor.js";
import type { Form } from "./form.js";
import { alternate, refitLast } from "./refine.js";
import { spatial } from "./spatial.js";
import { compose, type FilterShape, sizeOfFilter, type StageShape } from "./stage.js";

/** Forms that fit a filter of this shape. */
export type FormsFor = (shape: FilterShape) => readonly Form[];

export interface RankPlan {
  readonly form: Form;
  readonly ranks: readonly number[];
}

/** Layers in any of the forms that are said for their shape, refined by so many rounds of alternating least squares. */
export function lowRankCompressor(formsFor: FormsFor, rounds: number, sizes: PlaneSizes): Compressor<RankPlan> {
  return {
    candidates: (target) =>
      formsFor(target.shape).flatMap((form) =>
        form.options(target).map(({ ranks, missing }) => ({ plan: { form, ranks }, missing })),
      ),

    cost({ form, ranks }, layer) {
      const stages = form.stages(filterShape(layer), ranks);
      const parameters = stages.reduce((sum, { shape }) => sum + sizeOfFilter(shape), 0);
      return { macs: chainMacs(stages, layer, sizes), parameters };
    },

    kindOf: ({ form }) => form.name,
    sketch: ({ form, ranks }, layer) => factorEdit(layer, form.name, ranks),

    realise(target, { form, ranks }, layer, quick) {
      const start = form.factorise(target, ranks);
      const stages = form === spatial && !quick ? alternate(target, start, rounds) : refitLast(target, start);
      return {
        filter: compose(stages).filter,
        edit: (bias) => factorEdit(layer, form.name, ranks, { stages, bias }),
      };
    },
  };
}

/** Rows and columns of what a layer reads and writes. */
export type PlaneSizes = (layer: Layer) => { readonly read: readonly number[]; readonly written: readonly number[] };

/** Multiply-adds of a chain: each stage has the pixels of the layer's output along the axes in which it or one before it slides. */
function chainMacs(stages: readonly StageShape[], layer: Layer, sizes: PlaneSizes): number {
  const full = layer.macsPerWeight;
  if (!isOp(layer.node, "conv")) return stages.reduce((sum, { shape }) => sum + full * sizeOfFilter(shape), 0);
  const { read, written } = sizes(layer);
  const pixels = [...read];
  const macs = stages.reduce((sum, { shape, slides }) => {
    slides.forEach((slid, axis) => slid && (pixels[axis] = written[axis]!));
    const share = (pixels[0]! * pixels[1]!) / (written[0]! * written[1]!);
    return sum + full * share * sizeOfFilter(shape);
  }, 0);
  return Math.round(macs);
}
