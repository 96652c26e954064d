/** NaN and infinities travel through every kernel as they do through the plain loops. */
import { suite } from "uvu";
import type { Graph, Tensor } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { complaint, constant, drawInputs, none, single, value } from "./oracle.js";

const test = suite("ops/non-finite");

const CONV = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 } as const;
const POOL = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], ceil: false } as const;

function norm(): Graph {
  const b = new GraphBuilder(2);
  return b.build("batch-norm", [b.batchNorm("y", b.input("x0", [1, 2, 3, 3]))]);
}

const GRAPHS: readonly Graph[] = [
  single("conv", CONV, value(1, 2, 4, 5), constant(6, 2, 3, 3), constant(6)),
  single("conv", { ...CONV, groups: 2 }, value(1, 2, 4, 5), constant(2, 1, 3, 3)),
  single("conv", { ...CONV, groups: 2 }, value(1, 2, 5, 6), constant(2, 1, 5, 5)),
  single("gemm", {}, value(2, 5), constant(3, 5), constant(3)),
  single("matmul", {}, value(2, 6), value(6, 5)),
  single("max-pool", POOL, value(1, 2, 4, 5)),
  single("max-pool", { ...POOL, strides: [2, 2] }, value(1, 2, 5, 6)),
  single("average-pool", { ...POOL, countPadding: false }, value(1, 2, 4, 5)),
  single("average-pool", { ...POOL, countPadding: true }, value(1, 2, 4, 5)),
  single("global-average-pool", {}, value(1, 3, 3, 3)),
  single("reduce-mean", { axes: [0], keepDims: false }, value(3, 5)),
  single("reduce-mean", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-sum", { axes: [0], keepDims: false }, value(3, 5)),
  single("reduce-l2", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-max", { axes: [0], keepDims: false }, value(3, 5)),
  single("reduce-max", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-min", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-prod", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-log-sum", { axes: [1], keepDims: false }, value(3, 5)),
  single("reduce-log-sum-exp", { axes: [0], keepDims: false }, value(3, 5)),
  single("arg-max", { axis: 0, keepDims: false, last: false }, value(3, 5)),
  single("arg-max", { axis: 1, keepDims: false, last: true }, value(3, 5)),
  single("arg-min", { axis: 1, keepDims: false, last: false }, value(3, 5)),
  single("instance-norm", { epsilon: 0.1 }, value(1, 2, 5), constant(2), constant(2)),
  single("layer-norm", { axis: 1, epsilon: 0.1 }, value(2, 5), constant(5), constant(5)),
  single("rms-norm", { axis: 1, epsilon: 0.1 }, value(2, 5), constant(5)),
  single("lrn", { size: 3, alpha: 0.5, beta: 0.75, bias: 1 }, value(1, 3, 5)),
  single("add", {}, value(2, 5), value(2, 5)),
  single("add", {}, value(1, 2, 5), constant(2, 1)),
  single("mul", {}, value(2, 5), value(2, 5)),
  single("mul", {}, value(1, 2, 5), constant(2, 1)),
  single("sub", {}, value(2, 5), value(2, 5)),
  single("div", {}, value(2, 5), value(2, 5)),
  single("min", {}, value(2, 5), value(2, 5)),
  single("max", {}, value(2, 5), value(2, 5)),
  single("pow", {}, value(2, 5), value(2, 5)),
  single("sub", {}, value(1, 2, 5), constant(2, 1)),
  single("div", {}, value(1, 2, 5), constant(2, 1)),
  single("min", {}, value(1, 2, 5), constant(2, 1)),
  single("max", {}, value(1, 2, 5), constant(2, 1)),
  single("prelu", {}, value(1, 2, 5), constant(2, 1)),
  single("relu", {}, value(2, 5)),
  single("clip", { min: -1, max: 1 }, value(2, 5)),
  single("softmax", { axis: 1 }, value(3, 5)),
  single("softmax", { axis: 1 }, value(2, 3, 5)),
  single("log-softmax", { axis: 1 }, value(3, 5)),
  single("log-softmax", { axis: 1 }, value(2, 3, 5)),
  single("concat", { axis: 0 }, value(5), value(5)),
  single("slice", { axes: [0], starts: [9], ends: [-1], steps: [-1] }, value(10)),
  single("transpose", { permutation: [1, 0] }, value(2, 5)),
  single("pad", { before: [1, 1], after: [1, 1], mode: "reflect", value: 0 }, value(3, 4)),
  single("pad", { before: [1, 1], after: [1, 1], mode: "constant", value: 0 }, value(3, 4)),
  norm(),
];

/** Every input with one number replaced. */
function planted({ shape, data }: Tensor, at: number, number: number): Tensor {
  const numbers = Float32Array.from(data);
  numbers[at] = number;
  return { shape, data: numbers };
}

for (const number of [NaN, Infinity, -Infinity]) {
  test(`one ${number} at every place`, async () => {
    const complaints: string[] = [];
    for (const graph of GRAPHS) {
      const inputs = drawInputs(graph);
      const x = inputs.get("x0")!;
      for (let at = 0; at < x.data.length; at++) {
        const found = await complaint(graph, new Map([...inputs, ["x0", planted(x, at, number)]]));
        if (found) complaints.push(`${number} at ${at}: ${found}`);
      }
    }
    none(complaints);
  });
}

test("nothing but NaN", async () => {
  const complaints: string[] = [];
  for (const graph of GRAPHS) {
    const inputs = drawInputs(graph);
    const { shape, data } = inputs.get("x0")!;
    const found = await complaint(graph, new Map([...inputs, ["x0", { shape, data: data.map(() => NaN) }]]));
    if (found) complaints.push(found);
  }
  none(complaints);
});

test.run();
