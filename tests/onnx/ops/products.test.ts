import { suite } from "uvu";
import { floats } from "../model-builder.js";
import { type Case, type Refusal, testCases, testRefusals } from "../operator-cases.js";

const test = suite("onnx/ops/products");

const CASES: readonly Case[] = [
  {
    op: "Gemm",
    x: [1, 2],
    on: [floats("b", [2, 3], [1, 2, 3, 4, 5, 6]), floats("c", [3], [1, 1, 1])],
    makes: "gemm",
    shape: [1, 3],
    values: [10, 13, 16],
  },
  {
    op: "Gemm",
    why: "alpha, beta, transB",
    x: [1, 2],
    on: [floats("b", [3, 2], [1, 4, 2, 5, 3, 6]), floats("c", [1, 3], [1, 1, 1])],
    attributes: { alpha: { float: 2 }, beta: { float: 3 }, transB: 1 },
    makes: "gemm",
    shape: [1, 3],
    values: [21, 27, 33],
  },
  {
    op: "Gemm",
    why: "transA, C differs by row",
    x: [1, 2],
    on: [floats("b", [1, 1], [10]), floats("c", [2, 1], [1, 2])],
    attributes: { transA: 1, beta: { float: 2 } },
    makes: "transpose gemm add",
    shape: [2, 1],
    values: [12, 24],
  },
  {
    op: "Gemm",
    why: "scalar C",
    x: [1, 1],
    on: [floats("b", [1, 2], [1, 2]), floats("c", [], [5])],
    makes: "gemm",
    shape: [1, 2],
    values: [6, 7],
  },
  {
    op: "Gemm",
    why: "computed B",
    x: [1, 2],
    z: [1, 2],
    reads: "x z",
    attributes: { transB: 1, alpha: { float: 2 } },
    makes: "mul transpose matmul",
    shape: [1, 1],
    values: [10],
  },
  {
    op: "MatMul",
    why: "constant matrix",
    x: [1, 1, 2],
    on: [floats("b", [2, 2], [1, 2, 3, 4])],
    makes: "gemm",
    shape: [1, 1, 2],
    values: [7, 10],
  },
  { op: "MatMul", why: "computed", x: [1, 2], z: [2, 1], reads: "x z", makes: "matmul", shape: [1, 1], values: [5] },
];

const REFUSALS: readonly Refusal[] = [
  { op: "MatMul", why: "ranks", x: [2, 2], z: [1, 2, 2], reads: "x z", says: /factors of 2x2 and 1x2x2/ },
];

testCases(test, CASES);
testRefusals(test, REFUSALS);

test.run();
