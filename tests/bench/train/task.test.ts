import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { errorsOf, medianOf, takeResults, worstOf } from "../../../bench/train/results.js";
import { randomBatch, rolesOf, RULE, type TaskFile, writeTask } from "../../../bench/train/task.js";
import { sizeOf } from "../../../src/graph/graph.js";
import { resnet } from "../../../src/models/index.js";
import { temporaryFolder } from "../../temporary-folder.js";

const test = suite("bench/train/task");

const GRAPH = resnet({ depth: 8, width: 4, size: 8 });

test("a smaller batch is the beginning of a larger one", () => {
  const [small, large] = [randomBatch(GRAPH, 2, 10), randomBatch(GRAPH, 5, 10)];
  assert.equal(large.images.subarray(0, small.images.length), small.images);
  assert.equal(large.labels.subarray(0, 2), small.labels);
  assert.ok(large.labels.every((label) => label >= 0 && label < 10));
});

test("weights, biases, norms and statistics are told apart", () => {
  const { roles, classes } = rolesOf(GRAPH);
  assert.is(classes, 10);
  const named = (name: string) => roles.get(name);
  const names = ["conv1.weight", "bn1.gamma", "bn1.beta", "bn1.mean", "bn1.variance", "logits.weight", "logits.bias"];
  assert.equal(names.map(named), ["weight", "norm", "norm", "statistic", "statistic", "weight", "bias"]);
});

test("the files hold what the graph and the batches do", () => {
  const folder = temporaryFolder();
  const batches = [1, 2].map((seed) => randomBatch(GRAPH, 3, 10, seed));
  writeTask(folder, GRAPH, batches);
  const task = JSON.parse(readFileSync(join(folder, "task.json"), "utf8")) as TaskFile;
  const { buffer } = new Uint8Array(readFileSync(join(folder, "numbers.bin")));
  assert.equal(task.rule, RULE);
  assert.is(task.nodes.length, GRAPH.nodes.length);
  for (const { name, shape, offset } of task.constants) {
    const { data, shape: expected } = GRAPH.constants.get(name)!;
    assert.equal(shape, expected, name);
    assert.equal(new Float32Array(buffer, 4 * offset, sizeOf(shape)), Float32Array.from(data), name);
  }
  task.batches.forEach(({ images, labels }, i) => {
    assert.equal(images.shape, [3, 3, 8, 8]);
    assert.equal(new Float32Array(buffer, 4 * images.offset, sizeOf(images.shape)), batches[i]!.images);
    assert.equal(new Int32Array(buffer, 4 * labels.offset, 3), batches[i]!.labels);
  });
});

test("results are taken apart as they were written, and compared tensor by tensor", () => {
  const { roles } = rolesOf(GRAPH);
  const sizes = [...GRAPH.constants].flatMap(([name, { shape }]) => {
    const isTrained = ["weight", "bias", "norm"].includes(roles.get(name)!);
    return Array.from({ length: isTrained ? 2 : 1 }, () => sizeOf(shape));
  });
  const count = 1 + sizes.reduce((sum, size) => sum + size, 0);
  const numbers = Float64Array.from({ length: 2 * count }, (_, i) => i + 1);
  const results = takeResults(GRAPH, roles, 2, Buffer.from(numbers.buffer));
  assert.is(results.length, 2 * (1 + sizes.length));
  assert.equal(results[0], { name: "step 1: loss", values: Float64Array.of(1) });
  assert.is(results[1]!.name, "step 1: gradient of conv1.weight");
  assert.is(results[2]!.name, "step 1: conv1.weight");
  assert.throws(() => takeResults(GRAPH, roles, 1, Buffer.from(numbers.buffer)), /expected \d+ numbers, came \d+/);
  const a = [{ name: "x", values: Float64Array.of(1, -3.5) }];
  const b = [{ name: "x", values: Float64Array.of(1, -4) }];
  assert.equal(errorsOf(a, b), [{ name: "x", error: 0.125 }]);
  for (const wrong of [
    [],
    [{ name: "x", values: Float64Array.of(1) }],
    [{ name: "x", values: Float64Array.of(1, NaN) }],
  ]) {
    assert.is(errorsOf(wrong, b)[0]!.error, Infinity);
  }
});

test("of several trials each tensor has the median, and of the tensors the largest counts", () => {
  const trial = (espalier: number, pytorch: number) => [{ name: "x", espalier, pytorch }];
  const medians = medianOf([trial(1e-6, 3e-6), trial(1e-3, 1e-6), trial(2e-6, 2e-6)]);
  assert.equal(medians, trial(2e-6, 2e-6));
  assert.equal(worstOf([...medians, ...trial(1e-6, 5e-6)]), { espalier: 2e-6, pytorch: 5e-6 });
});

test.run();
