/** THE list of operators. Adding one is one import and one word; the node types are derived from it. */
import { ModelError } from "../errors.js";
import type { Node as GraphNode } from "../graph/graph.js";
import { abs } from "./abs.js";
import { add } from "./add.js";
import { argMax } from "./arg-max.js";
import { argMin } from "./arg-min.js";
import { averagePool } from "./average-pool.js";
import { batchNorm } from "./batch-norm.js";
import { ceil } from "./ceil.js";
import { celu } from "./celu.js";
import { clip } from "./clip.js";
import { concat } from "./concat.js";
import { conv } from "./conv.js";
import { div } from "./div.js";
import { elu } from "./elu.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { flatten } from "./flatten.js";
import { floor } from "./floor.js";
import { gather } from "./gather.js";
import { geluTanh } from "./gelu-tanh.js";
import { gelu } from "./gelu.js";
import { gemm } from "./gemm.js";
import { globalAveragePool } from "./global-average-pool.js";
import { groupNorm } from "./group-norm.js";
import { hardSigmoid } from "./hard-sigmoid.js";
import { hardSwish } from "./hard-swish.js";
import { identity } from "./identity.js";
import { instanceNorm } from "./instance-norm.js";
import { layerNorm } from "./layer-norm.js";
import { leakyRelu } from "./leaky-relu.js";
import { logSoftmax } from "./log-softmax.js";
import { log } from "./log.js";
import { lrn } from "./lrn.js";
import { matmul } from "./matmul.js";
import { maxPool } from "./max-pool.js";
import { max } from "./max.js";
import { min } from "./min.js";
import { mish } from "./mish.js";
import { mul } from "./mul.js";
import { neg } from "./neg.js";
import type { AnyOp, Op } from "./op.js";
import { pad } from "./pad.js";
import { pow } from "./pow.js";
import { prelu } from "./prelu.js";
import { reciprocal } from "./reciprocal.js";
import { reduceL1 } from "./reduce-l1.js";
import { reduceL2 } from "./reduce-l2.js";
import { reduceLogSumExp } from "./reduce-log-sum-exp.js";
import { reduceLogSum } from "./reduce-log-sum.js";
import { reduceMax } from "./reduce-max.js";
import { reduceMean } from "./reduce-mean.js";
import { reduceMin } from "./reduce-min.js";
import { reduceProd } from "./reduce-prod.js";
import { reduceSumSquare } from "./reduce-sum-square.js";
import { reduceSum } from "./reduce-sum.js";
import { relu } from "./relu.js";
import { resample } from "./resample.js";
import { reshape } from "./reshape.js";
import { rmsNorm } from "./rms-norm.js";
import { round } from "./round.js";
import { scatter } from "./scatter.js";
import { selu } from "./selu.js";
import { shrink } from "./shrink.js";
import { sigmoid } from "./sigmoid.js";
import { sign } from "./sign.js";
import { silu } from "./silu.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { softsign } from "./softsign.js";
import { sqrt } from "./sqrt.js";
import { sub } from "./sub.js";
import { tanh } from "./tanh.js";
import { thresholdedRelu } from "./thresholded-relu.js";
import { transpose } from "./transpose.js";
import { transposedConv } from "./transposed-conv.js";
import { trunc } from "./trunc.js";

const LIST = [
  abs,
  add,
  argMax,
  argMin,
  averagePool,
  batchNorm,
  ceil,
  celu,
  clip,
  concat,
  conv,
  div,
  elu,
  erf,
  exp,
  flatten,
  floor,
  gather,
  gelu,
  geluTanh,
  gemm,
  globalAveragePool,
  groupNorm,
  hardSigmoid,
  hardSwish,
  identity,
  instanceNorm,
  layerNorm,
  leakyRelu,
  log,
  logSoftmax,
  lrn,
  matmul,
  max,
  maxPool,
  min,
  mish,
  mul,
  neg,
  pad,
  pow,
  prelu,
  reciprocal,
  reduceL1,
  reduceL2,
  reduceLogSum,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  reduceSumSquare,
  relu,
  resample,
  reshape,
  rmsNorm,
  round,
  scatter,
  selu,
  shrink,
  sigmoid,
  sign,
  silu,
  slice,
  softmax,
  softplus,
  softsign,
  sqrt,
  sub,
  tanh,
  thresholdedRelu,
  transpose,
  transposedConv,
  trunc,
] as const;

type AnyListed = (typeof LIST)[number];
export type OpName = AnyListed["name"];
export type AttrsOf<K extends OpName> = Extract<AnyListed, { name: K }> extends Op<K, infer A> ? A : never;

/** A node whose operator is known, so that its attributes are. */
export type NodeOf<K extends OpName> = GraphNode & { readonly op: K; readonly attrs: AttrsOf<K> };

/** Every operator a graph can hold, by name. */
export const OPS: ReadonlyMap<string, AnyOp> = new Map(LIST.map((op) => [op.name, op as AnyOp]));

/** The operator of a node. Throws a `ModelError` for a name that is not in the list. */
export function opOf(node: GraphNode): AnyOp {
  const op = OPS.get(node.op);
  if (!op) throw new ModelError(`operator "${node.op}" does not exist`, node.name);
  return op;
}

/** A node with attributes that fit its operator. */
export function makeNode<K extends OpName>(
  op: K,
  attrs: AttrsOf<K>,
  inputs: readonly string[],
  output: string,
  name = output,
): NodeOf<K> {
  return { name, op, attrs, inputs, outputs: [output] } as NodeOf<K>;
}

/** Whether a node uses this operator; its attributes are known from then on. */
export function isOp<K extends OpName>(node: GraphNode | undefined, op: K): node is NodeOf<K> {
  return node?.op === op;
}
