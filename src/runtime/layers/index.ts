/** THE table of layer types. The compiler refuses a type of the format without a rule. */
import { arg } from "./arg.js";
import { binary } from "./binary.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { convolution } from "./convolution.js";
import { dense } from "./dense.js";
import { gather } from "./gather.js";
import type { LayerRule, LayerType } from "./layer.js";
import { matmul } from "./matmul.js";
import { normalise } from "./normalise.js";
import { pad } from "./pad.js";
import { pool } from "./pool.js";
import { reduce } from "./reduce.js";
import { resample } from "./resample.js";
import { reshape } from "./reshape.js";
import { scale } from "./scale.js";
import { scatter } from "./scatter.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { transpose } from "./transpose.js";
import { transposedConvolution } from "./transposed-convolution.js";
import { unary } from "./unary.js";

const RULES: { readonly [T in LayerType]: LayerRule<T> } = {
  arg,
  binary,
  clip,
  concat,
  convolution,
  dense,
  gather,
  matmul,
  normalise,
  pad,
  pool,
  reduce,
  resample,
  reshape,
  scale,
  scatter,
  slice,
  softmax,
  transpose,
  transposedConvolution,
  unary,
};

/** The rule for a layer, for callers that do not look into its numbers. */
export function ruleOf(type: LayerType): LayerRule<LayerType> {
  return RULES[type] as unknown as LayerRule<LayerType>;
}
