import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ImageSet } from "../../src/data/image-set.js";
import { withMeasuredColours } from "../../src/data/measure-colours.js";
import { preprocessingFor } from "../../src/data/preprocess.js";

const test = suite("data/measure-colours");

/** Pictures of two pixels. */
const setOf = (pictures: readonly (readonly number[])[], channels: 1 | 3): ImageSet => ({
  name: "some",
  count: pictures.length,
  classes: [],
  picture: (i) => ({ width: 2, height: 1, channels, pixels: Uint8Array.from(pictures[i]!) }),
  label: () => 0,
});

test("mean and deviation of each channel, in its order and either layout", () => {
  const set = setOf(
    [
      [255, 0, 51, 255, 255, 51],
      [255, 0, 51, 255, 255, 51],
    ],
    3,
  );
  const { mean, std } = withMeasuredColours(set, preprocessingFor([1, 3, 1, 2], {}));
  assert.equal(
    [mean, std],
    [
      [1, 0.5, 0.2],
      [0.0039, 0.5, 0.0039],
    ],
  );
  assert.equal(withMeasuredColours(set, preprocessingFor([1, 2, 2, 3], {})).mean, [1, 0.5, 0.2]);
  assert.equal(withMeasuredColours(set, preprocessingFor([1, 3, 1, 2], { colour: "bgr" })).mean, [0.2, 0.5, 1]);
});

test("what a network with one channel sees of colours, rounded", () => {
  const set = setOf(
    [
      [255, 255, 255, 0, 0, 0],
      [255, 255, 255, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ],
    3,
  );
  const { mean, std } = withMeasuredColours(set, preprocessingFor([1, 1, 1, 2], {}));
  assert.equal([mean, std], [[0.3333], [0.4714]]);
});

test("large sets are looked at evenly", () => {
  const seen: number[] = [];
  const set: ImageSet = { ...setOf([], 1), count: 30_000 };
  const picture = (index: number) => {
    seen.push(index);
    return { width: 1, height: 1, channels: 1 as const, pixels: Uint8Array.of(51) };
  };
  const { mean, std } = withMeasuredColours({ ...set, picture }, preprocessingFor([1, 1, 1, 1], {}));
  assert.equal([seen.length, seen[0], seen[1], seen.at(-1)], [10_000, 0, 3, 29_997]);
  assert.equal([mean, std], [[0.2], [0.0039]]);
});

test.run();
