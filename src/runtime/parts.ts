/** What of the runtime a network needs, beyond what most need and comes at once. */
import type { Boxes, Network } from "../gen/network.js";
import { FIRST_RULES } from "./layers/first.js";
import type { LayerRule, LayerType, RuleOf } from "./layers/layer.js";
import type { Shape } from "./shape.js";

export interface Parts {
  readonly ruleOf: RuleOf;
  /** Throws a `ModelError` unless boxes fit the network's inputs and outputs. */
  checkBoxes?(network: Network, boxes: Boxes, shapes: readonly Shape[]): void;
}

/** Loads what this network needs, of which nothing but the decoder has seen a number yet. */
export async function loadParts({ layers, task }: Network): Promise<Parts> {
  const isLate = layers.some(({ op }) => !Object.hasOwn(FIRST_RULES, op.type));
  const isSparse = layers.some(
    ({ op }) => op.type === "convolution" && (op.filter.mask !== "all" || op.positions !== undefined),
  );
  const [late, sparse, detector] = await Promise.all([
    isLate && import("./layers/late.js"),
    isSparse && import("./layers/sparse-convolution.js"),
    task.boxes && import("./detector.js"),
  ]);
  const rules: { readonly [T in LayerType]?: unknown } = {
    ...FIRST_RULES,
    ...(late && late.LATE_RULES),
    ...(sparse && { convolution: sparse.sparseConvolution }),
  };
  return {
    ruleOf: (type) => rules[type] as LayerRule<LayerType>,
    ...(detector && { checkBoxes: detector.checkBoxes }),
  };
}
