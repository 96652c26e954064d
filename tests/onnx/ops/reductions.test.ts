import { suite } from "uvu";
import { ints } from "../model-builder.js";
import { type Case, type Refusal, testCases, testRefusals } from "../operator-cases.js";

const test = suite("onnx/ops/reductions");

const CASES: readonly Case[] = [
  { op: "ReduceMean", why: "all axes", x: [2, 2], makes: "reduce-mean", shape: [1, 1], values: [2.5] },
  {
    op: "ReduceMean",
    why: "attribute",
    x: [2, 2],
    attributes: { axes: [-1], keepdims: 0 },
    makes: "reduce-mean",
    shape: [2],
    values: [1.5, 3.5],
  },
  {
    op: "ReduceMean",
    why: "input",
    x: [2, 2],
    on: [ints("a", [0])],
    opset: 18,
    makes: "reduce-mean",
    shape: [1, 2],
    values: [2, 3],
  },
  {
    op: "ReduceMean",
    why: "noop_with_empty_axes",
    x: [2],
    on: [ints("a", [])],
    attributes: { noop_with_empty_axes: 1 },
    opset: 18,
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
  {
    op: "ReduceSum",
    why: "attribute",
    x: [2, 2],
    attributes: { axes: [1], keepdims: 0 },
    opset: 11,
    makes: "reduce-sum",
    shape: [2],
    values: [3, 7],
  },
  {
    op: "ReduceSum",
    why: "input",
    x: [2, 2],
    on: [ints("a", [-2])],
    makes: "reduce-sum",
    shape: [1, 2],
    values: [4, 6],
  },
  { op: "ReduceMax", why: "all axes", x: [2, 2], makes: "reduce-max", shape: [1, 1], values: [4] },
  { op: "ReduceL2", why: "a scalar", x: [], makes: "reshape reduce-l2", shape: [], values: [1] },
  { op: "ArgMax", x: [2, 2], attributes: { axis: -1, keepdims: 0 }, makes: "arg-max", shape: [2], values: [1, 1] },
  { op: "ArgMin", x: [2, 2], makes: "arg-min", shape: [1, 2], values: [0, 0] },
];

const REFUSALS: readonly Refusal[] = [
  { op: "ReduceSum", why: "axis", x: [2], on: [ints("a", [1])], says: /axis 1 of a value with 1 axes/ },
];

testCases(test, CASES);
testRefusals(test, REFUSALS);

test.run();
