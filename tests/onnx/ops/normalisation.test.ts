import { suite } from "uvu";
import { floats } from "../model-builder.js";
import { type Case, type Refusal, testCases, testRefusals } from "../operator-cases.js";

const test = suite("onnx/ops/normalisation");

const e = Math.E;

const CASES: readonly Case[] = [
  {
    op: "BatchNormalization",
    x: [1, 2, 1, 2],
    on: [floats("g", [2], [1, 2]), floats("b", [2], [0, 1]), floats("m", [2], [1, 3]), floats("v", [2], [4, 1])],
    attributes: { epsilon: { float: 0 } },
    makes: "batch-norm",
    shape: [1, 2, 1, 2],
    values: [0, 0.5, 1, 3],
  },
  {
    op: "Softmax",
    why: "last axis",
    x: [1, 2, 2],
    makes: "softmax",
    shape: [1, 2, 2],
    values: [1 / (1 + e), e / (1 + e), 1 / (1 + e), e / (1 + e)],
  },
  {
    op: "Softmax",
    why: "jointly before opset 13",
    x: [1, 2, 2],
    opset: 11,
    makes: "flatten softmax reshape",
    shape: [1, 2, 2],
    values: [0, 1, 2, 3].map((i) => e ** i / (1 + e + e ** 2 + e ** 3)),
  },
  {
    op: "Softmax",
    why: "one wide axis before opset 13",
    x: [1, 2, 1],
    opset: 11,
    makes: "softmax",
    shape: [1, 2, 1],
    values: [1 / (1 + e), e / (1 + e)],
  },
  { op: "LogSoftmax", x: [1, 2], makes: "log-softmax", shape: [1, 2], values: [-Math.log(1 + e), 1 - Math.log(1 + e)] },
  {
    op: "LogSoftmax",
    why: "jointly before opset 13",
    x: [1, 2, 2],
    opset: 11,
    makes: "flatten log-softmax reshape",
    shape: [1, 2, 2],
    values: [0, 1, 2, 3].map((i) => i - Math.log(1 + e + e ** 2 + e ** 3)),
  },
  {
    op: "LpNormalization",
    x: [2, 2],
    attributes: { axis: 0 },
    makes: "transpose rms-norm transpose",
    shape: [2, 2],
    values: [1, 2, 3, 4].map((v, i) => v / Math.hypot(...(i % 2 ? [2, 4] : [1, 3]))),
  },
  {
    op: "InstanceNormalization",
    why: "computed scale and bias",
    x: [1, 1, 2],
    z: [1],
    reads: "x z z",
    attributes: { epsilon: { float: 0 } },
    makes: "instance-norm reshape mul reshape add",
    shape: [1, 1, 2],
    values: [0, 2],
  },
  {
    op: "LayerNormalization",
    why: "computed scale",
    x: [1, 2],
    z: [2],
    reads: "x z",
    opset: 17,
    attributes: { epsilon: { float: 0 } },
    makes: "layer-norm mul",
    shape: [1, 2],
    values: [-1, 2],
  },
  {
    op: "GroupNormalization",
    why: "one number a group",
    x: [1, 4],
    on: [floats("s", [2], [1, 2]), floats("b", [2], [0, 5])],
    opset: 18,
    attributes: { num_groups: 2, epsilon: { float: 0 } },
    makes: "group-norm",
    shape: [1, 4],
    values: [-1, 1, 3, 7],
  },
];

const REFUSALS: readonly Refusal[] = [
  {
    op: "BatchNormalization",
    why: "training",
    x: [1, 1],
    attributes: { training_mode: 1 },
    opset: 15,
    says: /inference/,
  },
  { op: "LpNormalization", why: "p", x: [1, 4], attributes: { p: 1 }, says: /p = 1 is not supported/ },
  { op: "GroupNormalization", why: "groups", x: [1, 3], attributes: { num_groups: 2 }, says: /a divisor of 3/ },
  { op: "LRN", why: "size", x: [1, 4], says: /"size" is missing/ },
];

testCases(test, CASES);
testRefusals(test, REFUSALS);

test.run();
