/** The layers that few networks have: their rules are loaded for those. */
import { arg } from "./arg.js";
import { matmul } from "./matmul.js";
import { normalise } from "./normalise.js";
import { resample } from "./resample.js";
import { transpose } from "./transpose.js";
import { transposedConvolution } from "./transposed-convolution.js";

export const LATE_RULES = {
  arg,
  matmul,
  normalise,
  resample,
  transpose,
  transposedConvolution,
};
