import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GraphBuilder } from "../../src/models/builder.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import { graph, opsOf, sameMeaning } from "./meaning.js";

const test = suite("passes/fold-batch-norm");

type Build = (b: GraphBuilder, x: string) => readonly string[];
type Case = readonly [build: Build, after: readonly string[], shape?: readonly number[]];

const conv = (b: GraphBuilder, name: string, x: string, bias = true) => b.conv(name, x, 4, 3, { bias });
/** conv(x) + a constant of this shape. */
const plus =
  (...shape: number[]): Build =>
  (b, x) => [b.node("a", "add", {}, [conv(b, "c", x), b.weights("w", shape, 1)])];
const dense =
  (...shape: number[]): Build =>
  (b, x) => [b.node("a", "add", {}, [b.gemm("g", x, 4), b.weights("w", shape, 1)])];

const FOLDED: Readonly<Record<string, Case>> = {
  "conv, batch norm": [(b, x) => [b.batchNorm("n", conv(b, "c", x))], ["conv"]],
  "conv without bias, batch norm": [(b, x) => [b.batchNorm("n", conv(b, "c", x, false))], ["conv"]],
  "grouped conv, batch norm": [(b, x) => [b.batchNorm("n", b.conv("c", x, 6, 3, { groups: 3 }))], ["conv"]],
  "depthwise conv, batch norm": [(b, x) => [b.batchNorm("n", b.conv("c", x, 3, 3, { groups: 3 }))], ["conv"]],
  "conv, batch norm, batch norm": [(b, x) => [b.batchNorm("m", b.batchNorm("n", conv(b, "c", x)))], ["conv"]],
  "conv + [C, 1, 1]": [plus(4, 1, 1), ["conv"]],
  "conv + [1, C, 1, 1]": [plus(1, 4, 1, 1), ["conv"]],
  "[C, 1, 1] + conv": [(b, x) => [b.node("a", "add", {}, [b.weights("w", [4, 1, 1], 1), conv(b, "c", x)])], ["conv"]],
  "conv, add, batch norm": [
    (b, x) => [b.batchNorm("n", b.node("a", "add", {}, [conv(b, "c", x), b.weights("w", [4, 1, 1], 1)]))],
    ["conv"],
  ],
  "conv, batch norm, relu, conv, batch norm": [
    (b, x) => [b.batchNorm("m", conv(b, "d", b.relu("r", b.batchNorm("n", conv(b, "c", x)))))],
    ["conv", "relu", "conv"],
  ],
  "gemm, batch norm": [(b, x) => [b.batchNorm("n", b.gemm("g", x, 4))], ["gemm"], [3, 5]],
  "gemm + [C]": [dense(4), ["gemm"], [3, 5]],
  "gemm + [1, C]": [dense(1, 4), ["gemm"], [3, 5]],
  "gemm of three axes + [C]": [dense(4), ["gemm"], [2, 3, 5]],
};

const LEFT: Readonly<Record<string, Case>> = {
  "conv + [C], which are columns": [plus(4), ["conv", "add"], [1, 3, 4, 4]],
  "conv + [C, 1], which are rows": [plus(4, 1), ["conv", "add"], [1, 3, 4, 4]],
  "conv + [C, 1, 1, 1], which are images": [plus(4, 1, 1, 1), ["conv", "add"], [4, 3, 4, 4]],
  "conv + one number": [plus(1), ["conv", "add"]],
  "conv + a number each": [plus(4, 5, 5), ["conv", "add"]],
  "conv + [1, 1, C, 1, 1], which has more axes": [plus(1, 1, 4, 1, 1), ["conv", "add"]],
  "conv * [C, 1, 1]": [
    (b, x) => [b.node("m", "mul", {}, [conv(b, "c", x), b.weights("w", [4, 1, 1], 1)])],
    ["conv", "mul"],
  ],
  "a conv that is read twice": [
    (b, x) => {
      const c = conv(b, "c", x);
      return [b.node("s", "add", {}, [b.batchNorm("n", c), c])];
    },
    ["conv", "batch-norm", "add"],
  ],
  "a conv that is an output": [
    (b, x) => {
      const c = conv(b, "c", x);
      return [b.batchNorm("n", c), c];
    },
    ["conv", "batch-norm"],
  ],
  "conv, relu, batch norm": [
    (b, x) => [b.batchNorm("n", b.relu("r", conv(b, "c", x)))],
    ["conv", "relu", "batch-norm"],
  ],
  "a batch norm alone": [(b, x) => [b.batchNorm("n", x)], ["batch-norm"]],
  "a computed filter": [
    (b, x) => {
      const filter = b.relu("f", b.input("w", [4, 3, 1, 1]));
      const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;
      return [b.batchNorm("n", b.node("c", "conv", attrs, [x, filter]))];
    },
    ["relu", "conv", "batch-norm"],
  ],
  "gemm of three axes, batch norm over the middle one": [
    (b, x) => [b.batchNorm("n", b.gemm("g", x, 4))],
    ["gemm", "batch-norm"],
    [2, 4, 5],
  ],
  "gemm + [1, 1, C], which has more axes": [dense(1, 1, 4), ["gemm", "add"], [3, 5]],
  "gemm + [C, 1], which are rows": [dense(4, 1), ["gemm", "add"], [4, 5]],
  "gemm + one number": [dense(1), ["gemm", "add"], [3, 5]],
};

for (const [title, [build, after, shape]] of Object.entries({ ...FOLDED, ...LEFT })) {
  test(title, () => {
    const before = graph(build, shape);
    const folded = foldBatchNorm(before);
    sameMeaning(before, folded);
    assert.equal(opsOf(folded), after);
  });
}

test("where nothing is to be done, the graph comes back as it is", () => {
  for (const [build, , shape] of Object.values(LEFT)) {
    const before = graph(build, shape);
    assert.is(foldBatchNorm(before), before);
  }
});

test("the result keeps the conv's name, and the outputs theirs", () => {
  const folded = foldBatchNorm(graph((b, x) => [b.batchNorm("n", conv(b, "c", x))]));
  assert.equal([folded.nodes[0]!.name, folded.nodes[0]!.outputs], ["c", ["n"]]);
  assert.is(folded.constants.size, 2);
});

test("a graph is not changed by what is made from it", () => {
  const before = graph((b, x) => [b.batchNorm("n", conv(b, "c", x))]);
  const copy = structuredClone(before);
  foldBatchNorm(before);
  assert.equal(before, copy);
});

test.run();
