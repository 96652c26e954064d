/** THE table of layer types, for whoever has all of the runtime at hand. The compiler refuses a type of the format without a rule. */
import { FIRST_RULES } from "./first.js";
import { LATE_RULES } from "./late.js";
import type { LayerRule, LayerType, RuleOf } from "./layer.js";
import { sparseConvolution } from "./sparse-convolution.js";

const RULES: { readonly [T in LayerType]: LayerRule<T> } = {
  ...FIRST_RULES,
  ...LATE_RULES,
  convolution: sparseConvolution,
};

/** The rule for a layer, for callers that do not look into its numbers. */
export const ruleOf: RuleOf = (type) => RULES[type] as unknown as LayerRule<LayerType>;
