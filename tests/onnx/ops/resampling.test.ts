import { suite } from "uvu";
import { floats, ints } from "../model-builder.js";
import { type Case, testCases } from "../operator-cases.js";

const test = suite("onnx/ops/resampling");

const CASES: readonly Case[] = [
  {
    op: "Resize",
    why: "by sizes",
    x: [1, 1, 1, 2],
    reads: "x - - s",
    on: [ints("s", [1, 1, 1, 4])],
    attributes: { mode: "linear" },
    makes: "resample",
    shape: [1, 1, 1, 4],
    values: [1, 1.25, 1.75, 2],
  },
  {
    op: "Resize",
    why: "numbers of pixels as TensorFlow counts them",
    x: [1, 1, 1, 4],
    reads: "x - s",
    on: [floats("s", [4], [1, 1, 1, 0.5])],
    attributes: { coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor" },
    opset: 11,
    makes: "resample",
    shape: [1, 1, 1, 2],
    values: [2, 4],
  },
  {
    op: "Resize",
    why: "some axes, one scale for all",
    x: [1, 1, 2, 4],
    reads: "x - - s",
    on: [ints("s", [4, 4])],
    attributes: { axes: [2, 3], keep_aspect_ratio_policy: "not_larger" },
    opset: 18,
    makes: "identity",
    shape: [1, 1, 2, 4],
    values: [1, 2, 3, 4, 5, 6, 7, 8],
  },
  {
    op: "Upsample",
    x: [1, 1, 1, 2],
    on: [floats("s", [4], [1, 1, 2, 2])],
    opset: 9,
    makes: "resample",
    shape: [1, 1, 2, 4],
    values: [1, 1, 2, 2, 1, 1, 2, 2],
  },
];

testCases(test, CASES);

test.run();
