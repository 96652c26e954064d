import { suite } from "uvu";
import { type Case, refusesSecondOutput, type Refusal, testCases, testRefusals } from "../operator-cases.js";

const test = suite("onnx/ops/pooling");

const CASES: readonly Case[] = [
  {
    op: "MaxPool",
    x: [1, 1, 3, 3],
    attributes: { kernel_shape: [2, 2] },
    makes: "max-pool",
    shape: [1, 1, 2, 2],
    values: [5, 6, 8, 9],
  },
  {
    op: "MaxPool",
    why: "ceil_mode",
    x: [1, 1, 3, 3],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    makes: "max-pool",
    shape: [1, 1, 2, 2],
    values: [5, 6, 8, 9],
  },
  {
    op: "MaxPool",
    why: "dilations, storage_order",
    x: [1, 1, 1, 4],
    attributes: { kernel_shape: [1, 2], dilations: [1, 2], storage_order: 1 },
    makes: "max-pool",
    shape: [1, 1, 1, 2],
    values: [3, 4],
  },
  {
    op: "MaxPool",
    why: "SAME_LOWER",
    x: [1, 1, 1, 3],
    attributes: { kernel_shape: [1, 2], auto_pad: "SAME_LOWER" },
    makes: "max-pool",
    shape: [1, 1, 1, 3],
    values: [1, 2, 3],
  },
  {
    op: "MaxPool",
    why: "1-D, SAME_UPPER",
    x: [1, 1, 3],
    attributes: { kernel_shape: [2], auto_pad: "SAME_UPPER" },
    makes: "reshape max-pool reshape",
    shape: [1, 1, 3],
    values: [2, 3, 3],
  },
  {
    op: "MaxPool",
    why: "3-D",
    x: [1, 1, 2, 2, 2],
    attributes: { kernel_shape: [2, 1, 2] },
    makes: "reshape max-pool reshape max-pool reshape",
    shape: [1, 1, 1, 2, 1],
    values: [6, 8],
  },
  {
    op: "AveragePool",
    x: [1, 1, 1, 2],
    attributes: { kernel_shape: [1, 2], pads: [0, 1, 0, 0] },
    makes: "average-pool",
    shape: [1, 1, 1, 2],
    values: [1, 1.5],
  },
  {
    op: "AveragePool",
    why: "count_include_pad",
    x: [1, 1, 1, 2],
    attributes: { kernel_shape: [1, 2], pads: [0, 1, 0, 0], count_include_pad: 1 },
    makes: "average-pool",
    shape: [1, 1, 1, 2],
    values: [0.5, 1.5],
  },
  {
    op: "AveragePool",
    why: "1-D",
    x: [1, 1, 3],
    attributes: { kernel_shape: [2], pads: [1, 0] },
    makes: "reshape average-pool reshape",
    shape: [1, 1, 3],
    values: [1, 1.5, 2.5],
  },
  {
    op: "AveragePool",
    why: "3-D, pads",
    x: [1, 1, 2, 1, 2],
    attributes: { kernel_shape: [2, 1, 2], pads: [1, 0, 0, 0, 0, 0] },
    makes: "reshape average-pool reshape average-pool reshape",
    shape: [1, 1, 2, 1, 1],
    values: [1.5, 2.5],
  },
  { op: "GlobalAveragePool", x: [1, 2, 1, 2], makes: "global-average-pool", shape: [1, 2, 1, 1], values: [1.5, 3.5] },
  { op: "GlobalMaxPool", x: [1, 2, 1, 2], makes: "reduce-max", shape: [1, 2, 1, 1], values: [2, 4] },
  { op: "GlobalLpPool", x: [1, 1, 1, 2], attributes: { p: 1 }, makes: "reduce-l1", shape: [1, 1, 1, 1], values: [3] },
  {
    op: "LpPool",
    x: [1, 1, 2, 2],
    attributes: { kernel_shape: [2, 2] },
    makes: "pad slice reshape slice reshape slice reshape slice reshape concat reduce-l2",
    shape: [1, 1, 1, 1],
    values: [Math.sqrt(30)],
  },
  {
    op: "LpPool",
    why: "p",
    x: [1, 1, 2, 2],
    attributes: { kernel_shape: [2, 2], p: 3 },
    makes: "pad slice reshape slice reshape slice reshape slice reshape concat abs pow reduce-sum pow",
    shape: [1, 1, 1, 1],
    values: [100 ** (1 / 3)],
  },
];

const REFUSALS: readonly Refusal[] = [
  { op: "MaxPool", why: "4-D", x: [1, 1, 2, 2, 2, 2], attributes: { kernel_shape: [2, 2, 2, 2] }, says: /4-D MaxPool/ },
  {
    op: "LpPool",
    why: "p",
    x: [1, 1, 4, 4],
    attributes: { kernel_shape: [2, 2], p: 0 },
    says: /p is 0, expected 1 or more/,
  },
];

testCases(test, CASES);
testRefusals(test, REFUSALS);

test("the second output of MaxPool is refused where it is used", () =>
  refusesSecondOutput("MaxPool", { kernel_shape: [1, 1] }));

test.run();
