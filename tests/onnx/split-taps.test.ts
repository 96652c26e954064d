/** Convolutions that read few taps, as ONNX can say them: the same numbers, fewer multiply-adds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { splitTaps } from "../../src/onnx/split-taps.js";
import type { NodeOf } from "../../src/ops/index.js";
import { inferShapes } from "../../src/ops/walk.js";
import { graph, opsOf, sameMeaning } from "../passes/meaning.js";

const test = suite("onnx/split-taps");

interface Window {
  readonly kernel?: number;
  readonly pad?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** A convolution of six channels of which channel c reads the taps for which `reads(c, row, column)`. */
function conv(reads: (c: number, i: number, j: number) => boolean, { kernel = 3, ...options }: Window = {}): Graph {
  const made = graph(
    (b, x) => [b.relu("relu", b.conv("conv", x, 4, kernel, { ...options, bias: true }))],
    [2, 6, 9, 8],
  );
  const { data, shape } = made.constants.get("conv.weight")!;
  const [, ic, kh, kw] = shape as [number, number, number, number];
  data.forEach((_, at) => {
    const [c, i, j] = [Math.floor(at / (kh * kw)) % ic, Math.floor(at / kw) % kh, at % kw];
    if (!reads(c, i, j)) data[at] = 0;
  });
  return made;
}

const strided = (m: number, n: number) => (_c: number, i: number, j: number) =>
  i >= n && j >= n && (i - n) % m === 0 && (j - n) % m === 0;

/** Multiply-adds of the plain definition, zeros of filters included. */
function denseMacs(of: Graph): number {
  const shapes = inferShapes(of);
  return of.nodes.reduce((sum, node) => {
    if (node.op !== "conv") return sum;
    const [output, filter] = [shapes.get(node.outputs[0]!)!, shapes.get(node.inputs[1]!)!];
    return sum + output.reduce((a, b) => a * b, 1) * filter.slice(1).reduce((a, b) => a * b, 1);
  }, 0);
}

const convsOf = (of: Graph) => of.nodes.filter((node): node is NodeOf<"conv"> => node.op === "conv");

test("the corners of 3x3 are 2x2 with dilation 2", () => {
  const before = conv(strided(2, 0));
  const after = splitTaps(before);
  sameMeaning(before, after);
  assert.equal(opsOf(after), ["conv", "relu"]);
  const [node] = convsOf(after);
  assert.equal(node!.attrs.dilations, [2, 2]);
  assert.equal(after.constants.get(node!.inputs[1]!)!.shape, [4, 6, 2, 2]);
  assert.is(node!.name, "conv");
});

test("any stride and offset, window, padding, stride and dilation", () => {
  for (const kernel of [3, 5, 7]) {
    for (const m of [2, 3]) {
      for (let n = 0; n < m; n++) {
        for (const window of [{}, { pad: 0 }, { stride: 2 }, { dilation: kernel === 7 ? 1 : 2, pad: kernel }]) {
          const before = conv(strided(m, n), { kernel, ...window });
          const after = splitTaps(before);
          sameMeaning(before, after);
          assert.ok(denseMacs(after) < 0.75 * denseMacs(before), `${kernel} ${m} ${n} ${JSON.stringify(window)}`);
        }
      }
    }
  }
});

test("input channels with different patterns are summed; those without taps are left out", () => {
  const before = conv((c, i, j) => c !== 2 && strided(2, c % 2)(c, i, j));
  const after = splitTaps(before);
  sameMeaning(before, after);
  assert.equal(opsOf(after), ["gather", "conv", "gather", "conv", "add", "relu"]);
  const channels = convsOf(after).map(({ inputs }) => after.constants.get(inputs[1]!)!.shape[1]);
  assert.equal(channels, [2, 3]);
});

test("what an exported file computes is what it was", () => {
  const before = conv((c, i, j) => strided(2, c % 2)(c, i, j));
  const { graph: again } = importOnnx(exportOnnx(before));
  sameMeaning(before, again);
  assert.ok(denseMacs(again) < denseMacs(before) / 2);
});

test("dense filters, grouped ones, and zeros here and there stay as they are", () => {
  const dense = conv(() => true);
  assert.is(splitTaps(dense), dense);
  const fewer = conv((_c, i, j) => i > 0 || j > 0);
  assert.is(splitTaps(fewer), fewer);
  const grouped = conv(strided(2, 0), { groups: 2 });
  assert.is(splitTaps(grouped), grouped);
  const nothing = conv(() => false);
  assert.is(splitTaps(nothing), nothing);
});

test.run();
