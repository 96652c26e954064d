import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Picture } from "../../src/data/picture.js";
import { resize } from "../../src/data/resize.js";

const test = suite("data/resize");

function grey(width: number, height: number, pixels: readonly number[]): Picture {
  return { width, height, channels: 1, pixels: Uint8Array.from(pixels) };
}

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.is(actual.length, expected.length);
  expected.forEach((value, at) =>
    assert.ok(Math.abs(actual[at]! - value) < 1e-9, `${at}: ${actual[at]}, not ${value}`),
  );
}

test("twice as large: a quarter from the next pixel, the edge beyond the edge", () => {
  close(resize(grey(2, 1, [0, 100]), 4, 1), [0, 25, 75, 100]);
  close(resize(grey(1, 2, [0, 100]), 1, 4), [0, 25, 75, 100]);
  close(resize(grey(2, 2, [0, 100, 200, 60]), 3, 3), [0, 50, 100, 100, 90, 80, 200, 130, 60]);
});

test("half as large: the average of four", () => {
  close(resize(grey(4, 2, [0, 4, 10, 20, 8, 12, 30, 60]), 2, 1), [6, 30]);
});

test("three to two: the shared pixel counts half", () => {
  close(resize(grey(3, 1, [0, 90, 30]), 2, 1), [30, 50]);
});

test("smaller one way, larger the other", () => {
  close(resize(grey(2, 2, [0, 40, 100, 140]), 1, 4), [20, 45, 95, 120]);
});

test("channels do not mix", () => {
  const picture: Picture = { width: 2, height: 1, channels: 3, pixels: Uint8Array.of(0, 50, 200, 100, 50, 0) };
  close(resize(picture, 1, 1), [50, 50, 100]);
  close(resize(picture, 3, 1), [0, 50, 200, 50, 50, 100, 100, 50, 0]);
});

const SIZES = [
  [1, 1],
  [2, 7],
  [7, 5],
  [13, 13],
  [32, 31],
  [64, 3],
] as const;

test("a constant picture stays constant, at any size", () => {
  const picture: Picture = { width: 13, height: 7, channels: 3, pixels: new Uint8Array(13 * 7 * 3).fill(201) };
  for (const [width, height] of SIZES)
    close(
      resize(picture, width, height),
      Array.from({ length: width * height * 3 }, () => 201),
    );
});

test("smaller keeps the mean, and nothing leaves the range", () => {
  const pixels = Array.from({ length: 13 * 7 }, (_, at) => (at * at * 31) % 256);
  const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, value) => sum + value, 0) / x.length;
  close([mean(resize(grey(13, 7, pixels), 5, 3))], [mean(pixels)]);
  for (const [width, height] of SIZES) {
    const resized = resize(grey(13, 7, pixels), width, height);
    assert.ok(resized.every((value) => value >= Math.min(...pixels) - 1e-9 && value <= Math.max(...pixels) + 1e-9));
  }
});

test("the same size is the same picture", () => {
  const pixels = Array.from({ length: 13 * 7 }, (_, at) => (at * 31) % 256);
  assert.equal([...resize(grey(13, 7, pixels), 13, 7)], pixels);
});

test.run();
