import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Batch, Batches, type BatchOptions } from "../../src/data/batches.js";
import type { ImageSet } from "../../src/data/image-set.js";
import { fillInput } from "../../src/data/preprocess.js";
import { RequestError } from "../../src/errors.js";
import type { Preprocessing } from "../../src/graph/about.js";
import { uniform } from "../../src/random.js";
import { fails } from "./files.js";

const test = suite("data/batches");

const P: Preprocessing = {
  width: 4,
  height: 4,
  layout: "nchw",
  colour: "rgb",
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.3, 0.4],
};
const INPUT = 48;
const AUGMENT = { crop: 2, flip: true, cutout: 2 } as const;

/** Colour pictures of such a side; every third has no label. */
function setOf(count: number, side = 4): ImageSet & { reads: number } {
  const set = {
    name: "some",
    count,
    classes: [],
    reads: 0,
    label: (index: number) => (index % 3 === 2 ? undefined : index),
    picture: (index: number) => {
      set.reads++;
      const next = uniform(index);
      const pixels = Uint8Array.from({ length: 3 * side * side }, () => 256 * next());
      return { width: side, height: side, channels: 3 as const, pixels };
    },
  };
  return set;
}

const batchesOf = (set: ImageSet, options: Partial<BatchOptions> = {}) =>
  new Batches(set, { size: 3, seed: 1, preprocessing: P, ...options });

const copyOf = ({ inputs, labels, indices, count }: Batch) => ({
  inputs: [...inputs],
  labels: [...labels],
  indices: [...indices],
  count,
});

/** The pictures of an epoch in their order. */
function orderOf(batches: Batches, epoch: number): number[] {
  return Array.from({ length: batches.perEpoch }, (_, at) => [...batches.batch(epoch, at).indices]).flat();
}

test("inputs as fillInput gives them, and labels", () => {
  const set = setOf(10);
  for (const side of [4, 7]) {
    const { inputs, labels, indices, count } = batchesOf(setOf(10, side)).batch(0, 1);
    assert.is(count, 3);
    indices.forEach((picture, i) => {
      const input = new Float32Array(INPUT);
      fillInput(setOf(10, side).picture(picture), P, input);
      assert.equal(inputs.slice(i * INPUT, (i + 1) * INPUT), input);
      assert.is(labels[i], set.label(picture) ?? -1);
    });
  }
});

test("an epoch takes each picture at most once, and what is left over changes", () => {
  const batches = batchesOf(setOf(11));
  assert.is(batches.perEpoch, 3);
  const left = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++) {
    const order = orderOf(batches, epoch);
    assert.is(new Set(order).size, 9);
    for (let picture = 0; picture < 11; picture++) if (!order.includes(picture)) left.add(picture);
  }
  assert.is(left.size, 11);
});

test("epochs and seeds differ in their order; every picture comes first at times", () => {
  const [one, two] = [batchesOf(setOf(30)), batchesOf(setOf(30), { seed: 2 })];
  assert.not.equal(orderOf(one, 0), orderOf(one, 1));
  assert.not.equal(orderOf(one, 0), orderOf(two, 0));
  const five = batchesOf(setOf(5), { size: 1 });
  const first = [0, 0, 0, 0, 0];
  for (let epoch = 0; epoch < 2000; epoch++) first[five.batch(epoch, 0).indices[0]!]!++;
  // 400 each, with a standard deviation of 18.
  assert.ok(Math.min(...first) > 310 && Math.max(...first) < 490, first.join());
});

test("without shuffling, the set's order", () => {
  assert.equal(orderOf(batchesOf(setOf(7), { shuffle: false }), 5), [0, 1, 2, 3, 4, 5]);
});

test("any batch at any time, bit for bit", () => {
  for (const side of [4, 6]) {
    const options = { augment: AUGMENT };
    const straight = batchesOf(setOf(10, side), options);
    const all = [0, 1, 2].flatMap((epoch) => [0, 1, 2].map((at) => copyOf(straight.batch(epoch, at))));
    const other = batchesOf(setOf(10, side), options);
    for (const at of [7, 2, 2, 8, 0, 5, 1, 6, 3, 4]) {
      assert.equal(copyOf(other.batch(Math.floor(at / 3), at % 3)), all[at]);
    }
  }
});

test("augmentation is of the epoch and the place, not of the batch's size", () => {
  const [three, six] = [3, 6].map((size) => batchesOf(setOf(12), { size, augment: AUGMENT }));
  const halves = [0, 1].flatMap((at) => [...three!.batch(4, at).inputs]);
  assert.equal([...six!.batch(4, 0).inputs], halves);
  const one = batchesOf(setOf(1), { size: 1, augment: AUGMENT });
  const versions = new Set(Array.from({ length: 20 }, (_, epoch) => one.batch(epoch, 0).inputs.join()));
  assert.ok(versions.size > 15, `${versions.size}`);
});

test("a picture that took resizing is read once, one of the right size each time", () => {
  for (const [side, reads] of [
    [5, 6],
    [4, 12],
  ] as const) {
    const set = setOf(6, side);
    const batches = batchesOf(set);
    orderOf(batches, 0);
    orderOf(batches, 1);
    assert.is(set.reads, reads);
  }
});

test("grey inputs of colour pictures", () => {
  const p: Preprocessing = { ...P, colour: "grey", mean: [0.5], std: [0.5] };
  const { inputs } = batchesOf(setOf(4), { preprocessing: p, augment: AUGMENT }).batch(0, 0);
  assert.is(inputs.length, 3 * 16);
});

test("refuses what there is not", () => {
  fails(() => batchesOf(setOf(5), { size: 6 }), RequestError, /^some: has 5 pictures, too few for a batch of 6/);
  for (const size of [0, -1, 1.5, NaN]) fails(() => batchesOf(setOf(5), { size }), RequestError, /expected a batch of/);
  const batches = batchesOf(setOf(7));
  for (const index of [-1, 2, 0.5]) fails(() => batches.batch(0, index), RequestError, /^batch: expected 0 to 1/);
  for (const epoch of [-1, 0.5, NaN]) fails(() => batches.batch(epoch, 0), RequestError, /^epoch: expected 0 to/);
  fails(() => batchesOf(setOf(7), { augment: { crop: 5 } }), RequestError, /^crop: /);
});

test.run();
