import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { limit } from "../../src/data/image-set.js";
import { openSet } from "../../src/data/open-set.js";
import { preprocessingFor, type PreprocessingOptions } from "../../src/data/preprocess.js";
import { DataError, RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { type Accuracy, measureAccuracy, measureAccuracyInTurns } from "../../src/measure/accuracy.js";
import { openGraph } from "../../src/measure/runner.js";
import { GraphBuilder } from "../../src/models/index.js";
import { importOnnx } from "../../src/onnx/import.js";
import { echo, echoThrough, rawRow, rows } from "./sessions.js";

const test = suite("measure/accuracy");

async function measured(
  scores: readonly (readonly number[])[],
  labels?: readonly number[],
  graph: Graph = echo(scores[0]!.length),
): Promise<Accuracy> {
  return measureAccuracy(await openGraph(graph), rows(scores, labels), { preprocessing: rawRow(scores[0]!.length) });
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

test("shares of pictures, and what is counted", async () => {
  const scores = [
    [9, 1, 2, 3, 4, 5, 6],
    [9, 1, 2, 3, 4, 5, 6],
    [9, 1, 2, 3, 4, 5, 6],
    [9, 1, 2, 3, 4, 5, 6],
  ];
  const { top1, top5, n } = await measured(scores, [0, 6, 3, 2]);
  assert.equal([top1, top5, n], [0.25, 0.75, 4]);
});

test("the same in turns", async () => {
  const scores = [
    [9, 1, 2],
    [1, 9, 2],
    [1, 2, 9],
  ];
  const options = { preprocessing: rawRow(3) };
  const session = await openGraph(echo(3));
  const set = rows(scores, [0, 1, 1]);
  assert.equal(await measureAccuracyInTurns(session, set, options), measureAccuracy(session, set, options));
});

test("of equal scores the first class counts as better", async () => {
  const tie = [5, 7, 7, 0, 0, 0, 0];
  assert.equal((await measured([tie], [1])).top1, 1);
  assert.equal((await measured([tie], [2])).top1, 0);
  assert.equal((await measured([tie], [4])).top5, 1);
  assert.equal((await measured([tie], [5])).top5, 0);
  const constant = [3, 3, 3, 3, 3, 3, 3];
  const { top1, top5 } = await measured(Array(7).fill(constant), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal([top1, top5], [1 / 7, 5 / 7]);
});

test("a network that answers NaN is never right", async () => {
  const { top1, top5, loss } = await measured([[NaN, NaN, NaN]], [0]);
  assert.equal([top1, top5], [0, 0]);
  assert.ok(Number.isNaN(loss));
  assert.is((await measured([[NaN, 1, 2]], [0])).top1, 0);
  assert.is((await measured([[NaN, 1, 2]], [0])).top5, 0);
  assert.is((await measured([[NaN, 1, 2]], [2])).top1, 1);
});

test("the loss of logits is their cross-entropy, whatever their size", async () => {
  near((await measured([[0, 0, 0, 0]], [2])).loss, Math.log(4));
  near((await measured([[1, 2, 3]], [0])).loss, Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 1);
  near((await measured([[1000, 999]], [0])).loss, Math.log(1 + Math.exp(-1)));
  near((await measured([[-1000, 0]], [0])).loss, 1000);
  const two = [
    [0, 0],
    [0, Math.log(3)],
  ];
  near((await measured(two, [0, 1])).loss, (Math.log(2) + Math.log(4 / 3)) / 2);
});

test("behind a softmax the answers are probabilities, reshaped or not", async () => {
  const soft = (b: GraphBuilder, flat: string) => b.node("soft", "softmax", { axis: 1 }, [flat]);
  const reshaped = (b: GraphBuilder, flat: string) =>
    b.node("out", "reshape", { shape: [1, 3, 1, 1] }, [soft(b, flat)]);
  const expected = (await measured([[1, 2, 3]], [0])).loss;
  for (const more of [soft, reshaped]) near((await measured([[1, 2, 3]], [0], echoThrough(3, more))).loss, expected);
  const inner = (b: GraphBuilder, flat: string) => b.relu("relu", soft(b, flat));
  const p = [1, 2, 3].map((v) => Math.exp(v) / (Math.exp(1) + Math.exp(2) + Math.exp(3)));
  near((await measured([[1, 2, 3]], [0], echoThrough(3, inner))).loss, (await measured([p], [0])).loss);
  const never = await measured([[-1000, 1000]], [0], echoThrough(2, soft));
  assert.ok(never.loss > 80 && Number.isFinite(never.loss), "a probability of 0 is a large loss");
});

test("fewer than five classes: the label is always among the first five", async () => {
  const { top1, top5 } = await measured(
    [
      [1, 2, 3],
      [3, 2, 1],
    ],
    [0, 0],
  );
  assert.equal([top1, top5], [0.5, 1]);
});

test("answers without a batch axis", async () => {
  const bare = (b: GraphBuilder, flat: string) => b.node("out", "reshape", { shape: [3] }, [flat]);
  assert.is((await measured([[1, 2, 3]], [2], echoThrough(3, bare))).top1, 1);
});

test("several pictures at once, the last batch not full", async () => {
  const scores = Array.from({ length: 7 }, (_, i) => [0, 1, 2, 3].map((c) => (c === i % 4 ? 5 : c)));
  const labels = scores.map((_, i) => (i === 6 ? 1 : i % 4));
  const single = await measured(scores, labels);
  for (const batch of [2, 3, 7, 8]) assert.equal(await measured(scores, labels, echo(4, batch)), single);
  assert.is(single.top1, 6 / 7);
  const seen: number[] = [];
  const session = await openGraph(echo(4, 3));
  const options = { preprocessing: rawRow(4), onProgress: (done: number) => seen.push(done) };
  measureAccuracy(session, rows(scores, labels), options);
  assert.equal(seen, [3, 6, 7]);
});

test("labels that are missing or none of the classes", async () => {
  const check = async (labels: readonly number[] | undefined, message: RegExp) => {
    try {
      await measured(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        labels,
      );
      assert.unreachable();
    } catch (error) {
      assert.instance(error, DataError);
      assert.match((error as Error).message, message);
    }
  };
  await check(undefined, /^rows: has no labels; accuracy needs them$/);
  await check([0, 3], /^rows: label 3 of picture 1, but the network has 3 classes$/);
  await check([-1, 0], /^rows: label -1 of picture 0/);
});

test("networks with several inputs", async () => {
  const b = new GraphBuilder(1);
  const sum = b.node("sum", "add", {}, [b.input("a", [1, 3]), b.input("b", [1, 3])]);
  const session = await openGraph(b.build("two", [sum]));
  assert.throws(
    () => measureAccuracy(session, rows([[1, 2, 3]], [0]), { preprocessing: rawRow(3) }),
    (error: Error) =>
      error instanceof RequestError && /two: the network has 2 inputs; accuracy needs one/.test(error.message),
  );
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  const NORMALISED = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
  const cases: readonly (readonly [
    model: string,
    set: string,
    most: number,
    options: PreprocessingOptions,
    top1: number,
  ])[] = [
    ["resnet20_cifar10_bn_simplified", "cifar10:cifar10/test_batch_first1000.bin", 1000, NORMALISED, 0.915],
    ["mlperf_resnet8_cifar10", "cifar10:cifar10/test_batch_first1000.bin", 1000, {}, 0.881],
    ["mnist_8", "mnist:mnist", 2000, {}, 0.984],
    [
      "mobilenet_v1_025_224_imagenet",
      "npy:imagenet-sample/images.npy,imagenet-sample/labels.npy",
      300,
      { mean: [0.5], std: [0.5] },
      0.593,
    ],
  ];
  for (const [model, set, most, options, top1] of cases) {
    test(`${model} is as accurate as elsewhere`, async () => {
      const { graph } = importOnnx(readFileSync(join(data, "models", model, "model.onnx")));
      const paths = set.replace(/[^:,]+(?=,|$)/g, (path) => join(data, path));
      const pictures = limit(openSet(paths), most);
      const preprocessing = preprocessingFor(graph.inputs[0]!.shape, options);
      const accuracy = measureAccuracy(await openGraph(graph), pictures, { preprocessing });
      assert.is(accuracy.n, most);
      assert.ok(Math.abs(accuracy.top1 - top1) <= 0.5 / most + 5e-4, `${accuracy.top1}, expected ${top1}`);
      assert.ok(accuracy.top5 > accuracy.top1 && accuracy.loss > 0 && Number.isFinite(accuracy.loss));
    });
  }
}

test.run();
