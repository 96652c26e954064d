/** THE table of gradients: an operator that is not in it cannot be trained through, and is named when training starts. */
import { type AttrsOf, OPS, type OpName } from "../../ops/index.js";
import type { AnyOp } from "../../ops/op.js";
import { batchNorm } from "./batch-norm.js";
import { add, div, mul, prelu, sub } from "./binary.js";
import { conv } from "./conv.js";
import { gemm } from "./gemm.js";
import type { AnyGradient, Gradient } from "./gradient.js";
import { move } from "./move.js";
import { mean, pool } from "./pool.js";
import { logSoftmax, softmax } from "./softmax.js";
import { clamped, unary } from "./unary.js";

const op = (name: OpName): AnyOp => OPS.get(name)!;

type Table = { readonly [K in OpName]?: Gradient<AttrsOf<K>> | Gradient<object> };

const TABLE: Table = {
  abs: unary(op("abs")),
  add,
  "average-pool": pool(op("average-pool")),
  "batch-norm": batchNorm as Gradient<AttrsOf<"batch-norm">>,
  celu: unary(op("celu")),
  clip: clamped(op("clip")),
  concat: move(op("concat")),
  conv,
  div,
  elu: unary(op("elu")),
  erf: unary(op("erf")),
  exp: unary(op("exp")),
  flatten: move(op("flatten")),
  gather: move(op("gather")),
  gelu: unary(op("gelu")),
  "gelu-tanh": unary(op("gelu-tanh")),
  gemm,
  "global-average-pool": mean(op("global-average-pool")),
  "hard-sigmoid": unary(op("hard-sigmoid")),
  "hard-swish": unary(op("hard-swish")),
  identity: move(op("identity")),
  "leaky-relu": unary(op("leaky-relu")),
  log: unary(op("log")),
  "log-softmax": logSoftmax,
  "max-pool": pool(op("max-pool")),
  mish: unary(op("mish")),
  mul,
  neg: unary(op("neg")),
  pad: move(op("pad")),
  prelu,
  reciprocal: unary(op("reciprocal")),
  "reduce-mean": mean(op("reduce-mean")),
  relu: clamped(op("relu")),
  reshape: move(op("reshape")),
  scatter: move(op("scatter")),
  selu: unary(op("selu")),
  shrink: unary(op("shrink")),
  sigmoid: unary(op("sigmoid")),
  silu: unary(op("silu")),
  slice: move(op("slice")),
  softmax,
  softplus: unary(op("softplus")),
  softsign: unary(op("softsign")),
  sqrt: unary(op("sqrt")),
  sub,
  tanh: unary(op("tanh")),
  "thresholded-relu": unary(op("thresholded-relu")),
  transpose: move(op("transpose")),
};

/** Every gradient, by the operator's name. */
export const GRADIENTS: ReadonlyMap<string, AnyGradient> = new Map(Object.entries(TABLE) as [string, AnyGradient][]);
