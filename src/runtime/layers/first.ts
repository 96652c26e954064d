/** The layers that most networks are made of: their rules come with the runtime. A line for each, here or in late.ts. */
import { binary } from "./binary.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { convolution } from "./convolution.js";
import { dense } from "./dense.js";
import { gather } from "./gather.js";
import { pad } from "./pad.js";
import { pool } from "./pool.js";
import { reduce } from "./reduce.js";
import { reshape } from "./reshape.js";
import { scale } from "./scale.js";
import { scatter } from "./scatter.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { unary } from "./unary.js";

export const FIRST_RULES = {
  binary,
  clip,
  concat,
  convolution,
  dense,
  gather,
  pad,
  pool,
  reduce,
  reshape,
  scale,
  scatter,
  slice,
  softmax,
  unary,
};
