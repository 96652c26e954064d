import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importOnnx } from "../../../src/onnx/import.js";
import { evaluateGraph } from "../../../src/ops/walk.js";
import { buildModel, counting, floats, ints, intScalar, node } from "../model-builder.js";
import { type Case, refusesSecondOutput, type Refusal, testCases, testRefusals } from "../operator-cases.js";

const test = suite("onnx/ops/movement");

const CASES: readonly Case[] = [
  {
    op: "Expand",
    x: [2, 1],
    on: [ints("s", [3, 1, 2])],
    makes: "mul",
    shape: [3, 2, 2],
    values: [1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2],
  },
  {
    op: "Expand",
    why: "to its own shape",
    x: [2],
    on: [ints("s", [1])],
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
  {
    op: "Concat",
    x: [1, 2],
    z: [1, 2],
    reads: "x z",
    attributes: { axis: -1 },
    makes: "concat",
    shape: [1, 4],
    values: [1, 2, 1, 2],
  },
  {
    op: "Slice",
    why: "to the end, backwards",
    x: [1, 5],
    on: [ints("s", [2 ** 40]), ints("e", [-(2 ** 40)]), ints("a", [-1]), ints("t", [-2])],
    makes: "gather",
    shape: [1, 3],
    values: [5, 3, 1],
  },
  {
    op: "Slice",
    why: "attributes",
    x: [3, 2],
    attributes: { starts: [1, -1], ends: [2 ** 40, 2] },
    opset: 9,
    makes: "slice",
    shape: [2, 1],
    values: [4, 6],
  },
  {
    op: "Pad",
    x: [1, 2],
    on: [ints("p", [0, 1, 0, 2]), floats("v", [], [9])],
    makes: "pad",
    shape: [1, 5],
    values: [9, 1, 2, 9, 9],
  },
  {
    op: "Pad",
    why: "axes",
    x: [2, 1],
    on: [ints("p", [0, 1]), floats("v", [], [9]), ints("a", [-2])],
    opset: 18,
    makes: "pad",
    shape: [3, 1],
    values: [1, 2, 9],
  },
  {
    op: "Pad",
    why: "attributes",
    x: [1, 3],
    attributes: { pads: [0, 1, 0, 0], mode: "reflect" },
    opset: 10,
    makes: "pad",
    shape: [1, 4],
    values: [2, 1, 2, 3],
  },
  {
    op: "Pad",
    why: "edge",
    x: [1, 2],
    on: [ints("p", [0, 1, 0, 0])],
    attributes: { mode: "edge" },
    makes: "pad",
    shape: [1, 3],
    values: [1, 1, 2],
  },
  { op: "Reshape", x: [1, 4], on: [ints("t", [1, 2, 2])], makes: "reshape", shape: [1, 2, 2], values: [1, 2, 3, 4] },
  {
    op: "Flatten",
    why: "negative axis",
    x: [2, 1, 2],
    attributes: { axis: -1 },
    makes: "flatten",
    shape: [2, 2],
    values: [1, 2, 3, 4],
  },
  { op: "Squeeze", x: [1, 2, 1], on: [ints("a", [-1])], makes: "reshape", shape: [1, 2], values: [1, 2] },
  {
    op: "Unsqueeze",
    why: "in front",
    x: [1, 2],
    on: [ints("a", [0])],
    makes: "reshape",
    shape: [1, 1, 2],
    values: [1, 2],
  },
  {
    op: "Dropout",
    x: [2],
    attributes: { ratio: { float: 0.5 } },
    opset: 10,
    makes: "identity",
    shape: [2],
    values: [1, 2],
  },
  { op: "Identity", x: [2], makes: "identity", shape: [2], values: [1, 2] },
  {
    op: "Gather",
    why: "from the end, repeated",
    x: [1, 3],
    on: [ints("i", [-1, 0, 0])],
    attributes: { axis: 1 },
    makes: "gather",
    shape: [1, 3],
    values: [3, 1, 1],
  },
  {
    op: "Gather",
    why: "neighbours",
    x: [3, 2],
    on: [ints("i", [1, 2])],
    makes: "slice",
    shape: [2, 2],
    values: [3, 4, 5, 6],
  },
  {
    op: "Gather",
    why: "one number",
    x: [2, 3],
    on: [intScalar("i", -2)],
    attributes: { axis: -1 },
    makes: "slice reshape",
    shape: [2],
    values: [2, 5],
  },
  {
    op: "Gather",
    why: "a table of numbers",
    x: [1, 3],
    on: [{ ...ints("i", [2, 0, 1, 1]), dims: [2, 2] }],
    attributes: { axis: 1 },
    makes: "gather reshape",
    shape: [1, 2, 2],
    values: [3, 1, 2, 2],
  },
  {
    op: "Tile",
    x: [1, 2],
    on: [ints("r", [2, 2])],
    makes: "gather gather",
    shape: [2, 4],
    values: [1, 2, 1, 2, 1, 2, 1, 2],
  },
  { op: "Tile", why: "once", x: [1, 2], on: [ints("r", [1, 1])], makes: "identity", shape: [1, 2], values: [1, 2] },
  {
    op: "DepthToSpace",
    x: [1, 8, 1, 1],
    attributes: { blocksize: 2 },
    makes: "reshape transpose reshape",
    shape: [1, 2, 2, 2],
    values: [1, 3, 5, 7, 2, 4, 6, 8],
  },
  {
    op: "DepthToSpace",
    why: "channels in front",
    x: [1, 8, 1, 1],
    attributes: { blocksize: 2, mode: "CRD" },
    makes: "reshape transpose reshape",
    shape: [1, 2, 2, 2],
    values: [1, 2, 3, 4, 5, 6, 7, 8],
  },
  {
    op: "SpaceToDepth",
    x: [1, 2, 2, 2],
    attributes: { blocksize: 2 },
    makes: "reshape transpose reshape",
    shape: [1, 8, 1, 1],
    values: [1, 5, 2, 6, 3, 7, 4, 8],
  },
  { op: "Transpose", why: "reverses", x: [2, 1, 2], makes: "transpose", shape: [2, 1, 2], values: [1, 3, 2, 4] },
];

const REFUSALS: readonly Refusal[] = [
  { op: "Concat", why: "no axis", x: [2], says: /"axis" is missing/ },
  { op: "Concat", why: "axis of another type", x: [2], attributes: { axis: { float: 1 } }, says: /attribute "axis"/ },
  { op: "Pad", why: "negative", x: [3], on: [ints("p", [-1, 0])], says: /negative/ },
  {
    op: "Pad",
    why: "wrap",
    x: [3],
    on: [ints("p", [1, 0])],
    attributes: { mode: "wrap" },
    opset: 19,
    says: /mode "wrap"/,
  },
  { op: "Pad", why: "absurd", x: [3], on: [ints("p", [2 ** 40, 0])], says: /would have the shape/ },
  { op: "Transpose", why: "not a permutation", x: [2, 2], attributes: { perm: [0, 0] }, says: /not a permutation/ },
];

testCases(test, CASES);
testRefusals(test, REFUSALS);

test("the second output of Dropout is refused where it is used", () => refusesSecondOutput("Dropout"));

test("Split has as many outputs as it says, unused ones left out", () => {
  const bytes = buildModel({
    inputs: { x: [1, 7] },
    nodes: [node("Split", "x", "a b c", { axis: 1, num_outputs: 3 })],
    outputs: ["c", "a"],
    opset: 18,
  });
  const { graph } = importOnnx(bytes);
  const values = evaluateGraph(graph, new Map([["x", counting([1, 7])]]));
  assert.equal([...values.get("a")!.data], [1, 2, 3]);
  assert.equal([...values.get("c")!.data], [7]);
  assert.is(graph.nodes.length, 2);
});

test.run();
