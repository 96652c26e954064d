import { suite } from "uvu";
import * as assert from "uvu/assert";
import { classes } from "../../src/runtime/index.js";

const test = suite("runtime/classes");

type Described = Parameters<typeof classes>[0];
const session = (shape: readonly number[], more: Partial<Described> = {}): Described => ({
  name: "net",
  outputs: [{ name: "logits", shape }],
  labels: ["cat", "dog", "bird"],
  task: "classes",
  ...more,
});
const outputs = (...logits: number[]) => ({ logits: Float32Array.from(logits) });

test("the best classes with their labels, best first, equal ones in order", () => {
  assert.equal(classes(session([1, 3]), outputs(1, 3, 3), { most: 2 }), [
    { class: 1, label: "dog", score: 3 },
    { class: 2, label: "bird", score: 3 },
  ]);
  assert.is(classes(session([1, 3]), outputs(1, 2, 3)).length, 3);
  assert.equal(classes(session([1, 2], { labels: [] }), outputs(0, 1), { most: 1 }), [
    { class: 1, label: undefined, score: 1 },
  ]);
});

test("probabilities are a softmax, of large numbers too", () => {
  const found = classes(session([1, 3, 1, 1]), outputs(1000, 1000 + Math.log(3), -Infinity), { probabilities: true });
  assert.equal(
    found.map(({ score }) => score.toFixed(4)),
    ["0.7500", "0.2500", "0.0000"],
  );
});

test("each picture of a batch", () => {
  const batch = [0, 1].map((picture) => classes(session([2, 2]), outputs(1, 0, 0, 1), { picture, most: 1 })[0]!.class);
  assert.equal(batch, [0, 1]);
  assert.throws(() => classes(session([2, 2]), outputs(1, 0, 0, 1), { picture: 2 }), /no picture 2 in a batch of 2/);
});

test("outputs that are not one number a class are refused", () => {
  for (const wrong of [
    session([1, 3, 2, 2]),
    session([1, 1]),
    session([1, 3, 1, 1], { task: "tensors" }),
    session([1, 2], { outputs: [1, 2].map((i) => ({ name: `${i}`, shape: [1, 2] })) }),
  ]) {
    assert.throws(() => classes(wrong, {}), /net: output .* is not one number a class/);
  }
});

test.run();
