import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Picture } from "../../src/data/picture.js";
import { fillInput, preprocessingFor, type PreprocessingOptions } from "../../src/data/preprocess.js";
import { RequestError } from "../../src/errors.js";
import type { Preprocessing } from "../../src/graph/about.js";
import { fails } from "./files.js";

const test = suite("data/preprocess");

/** Two pixels: 10, 20, 30 and 40, 50, 60. */
const COLOUR: Picture = { width: 2, height: 1, channels: 3, pixels: Uint8Array.of(10, 20, 30, 40, 50, 60) };
const GREY: Picture = { width: 2, height: 1, channels: 1, pixels: Uint8Array.of(7, 255) };
const RAW: Preprocessing = { width: 2, height: 1, layout: "nchw", colour: "rgb", mean: [], std: [] };

function filled(picture: Picture, p: Preprocessing): number[] {
  const out = new Float32Array(p.width * p.height * (p.colour === "grey" ? 1 : 3));
  fillInput(picture, p, out);
  return [...out];
}

test("layouts and the order of colours", () => {
  assert.equal(filled(COLOUR, RAW), [10, 40, 20, 50, 30, 60]);
  assert.equal(filled(COLOUR, { ...RAW, layout: "nhwc" }), [10, 20, 30, 40, 50, 60]);
  assert.equal(filled(COLOUR, { ...RAW, colour: "bgr" }), [30, 60, 20, 50, 10, 40]);
  assert.equal(filled(COLOUR, { ...RAW, colour: "bgr", layout: "nhwc" }), [30, 20, 10, 60, 50, 40]);
});

test("grey and colour", () => {
  const luma = (r: number, g: number, b: number): number => Math.fround(0.299 * r + 0.587 * g + 0.114 * b);
  assert.equal(filled(COLOUR, { ...RAW, colour: "grey" }), [luma(10, 20, 30), luma(40, 50, 60)]);
  assert.equal(filled(GREY, { ...RAW, colour: "grey" }), [7, 255]);
  assert.equal(filled(GREY, RAW), [7, 255, 7, 255, 7, 255]);
  for (let value = 0; value < 256; value++) {
    const picture: Picture = { width: 1, height: 1, channels: 3, pixels: new Uint8Array(3).fill(value) };
    assert.equal(filled(picture, { ...RAW, width: 1, colour: "grey" }), [value]);
  }
});

test("every sample is (x / 255 - mean) / std, rounded once", () => {
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const pixels = Uint8Array.from({ length: 256 * 3 }, (_, at) => Math.floor(at / 3));
  const picture: Picture = { width: 256, height: 1, channels: 3, pixels };
  const out = filled(picture, { ...RAW, width: 256, mean, std });
  out.forEach((value, at) => {
    const c = Math.floor(at / 256);
    assert.is(value, Math.fround(((at % 256) / 255 - mean[c]!) / std[c]!));
  });
});

/** Every byte in every channel, 16 x 16. */
const BYTES = Uint8Array.from({ length: 768 }, (_, at) => (at * 7 + Math.floor(at / 256)) % 256);

test("pictures of the right size give the bits that the formula gives, in every layout and order", () => {
  const numbers = {
    none: [[], []],
    both: [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ],
    raw: [[], [1 / 255, 0.1, 3]],
  };
  for (const [mean, std] of Object.values(numbers) as [number[], number[]][]) {
    for (const layout of ["nchw", "nhwc"] as const) {
      for (const colour of ["rgb", "bgr"] as const) {
        for (const channels of [1, 3] as const) {
          const picture: Picture = { width: 16, height: 16, channels, pixels: BYTES.subarray(0, 256 * channels) };
          const out = filled(picture, { width: 16, height: 16, layout, colour, mean, std });
          out.forEach((value, at) => {
            const [pixel, c] = layout === "nchw" ? [at % 256, Math.floor(at / 256)] : [Math.floor(at / 3), at % 3];
            const sample = BYTES[channels === 1 ? pixel : pixel * 3 + (colour === "bgr" ? 2 - c : c)]!;
            const plain = mean.length + std.length === 0;
            assert.is(value, Math.fround(plain ? sample : (sample / 255 - (mean[c] ?? 0)) / (std[c] ?? 1)));
          });
        }
      }
    }
  }
});

test("mean and std are in the order of the input's channels", () => {
  const p: Preprocessing = { ...RAW, colour: "bgr", layout: "nhwc", mean: [0, 0, 0], std: [1, 2, 4] };
  const expected = [30, 20, 10, 60, 50, 40].map((value, at) => Math.fround(value / 255 / [1, 2, 4][at % 3]!));
  assert.equal(filled(COLOUR, p), expected);
});

test("one of mean and std: the other is 0 or 1", () => {
  const half = [0.5, 0.5, 0.5];
  assert.is(filled(COLOUR, { ...RAW, mean: half })[0], Math.fround(10 / 255 - 0.5));
  assert.is(filled(COLOUR, { ...RAW, std: half })[0], Math.fround(10 / 255 / 0.5));
});

test("resizes where the size differs", () => {
  assert.equal(filled(COLOUR, { ...RAW, width: 1 }), [25, 35, 45]);
  assert.equal(filled(COLOUR, { ...RAW, width: 4, colour: "grey" })[0], Math.fround(18.15));
});

test("writes at the offset and nowhere else", () => {
  const out = new Float32Array(8).fill(-1);
  fillInput(COLOUR, RAW, out, 1);
  assert.equal([...out], [-1, 10, 40, 20, 50, 30, 60, -1]);
});

test("refuses what does not fit", () => {
  const out = new Float32Array(6);
  fails(() => fillInput(COLOUR, RAW, out, 1), RequestError, /room for 6 numbers from 1 on.*6/);
  fails(() => fillInput(COLOUR, RAW, out, -1), RequestError, /room/);
  fails(() => fillInput(COLOUR, { ...RAW, mean: [1, 2] }, out), RequestError, /^mean: .*3 or none.*came 2/);
  fails(() => fillInput(COLOUR, { ...RAW, std: [1, 0, 1] }, out), RequestError, /std above 0, came 0/);
  fails(() => fillInput(COLOUR, { ...RAW, mean: [0, NaN, 0] }, out), RequestError, /finite.*NaN/);
});

test("what a shape tells", () => {
  const of = (shape: readonly number[], options: PreprocessingOptions = {}): Preprocessing =>
    preprocessingFor(shape, options);
  assert.equal(of([1, 3, 240, 320]), { ...RAW, width: 320, height: 240 });
  assert.equal(of([1, 240, 320, 3]), { ...RAW, width: 320, height: 240, layout: "nhwc" });
  assert.equal(of([8, 1, 28, 28]), { ...RAW, width: 28, height: 28, colour: "grey" });
  assert.equal(of([1, 96, 96, 1], { colour: "bgr" }), {
    ...RAW,
    width: 96,
    height: 96,
    layout: "nhwc",
    colour: "grey",
  });
  assert.is(of([1, 3, 5, 3]).layout, "nchw");
  assert.is(of([1, 3, 5, 5], { colour: "bgr" }).colour, "bgr");
});

test("one number is for every channel", () => {
  const p = preprocessingFor([1, 3, 4, 4], { mean: [0.5], std: [0.1, 0.2, 0.3] });
  assert.equal(
    [p.mean, p.std],
    [
      [0.5, 0.5, 0.5],
      [0.1, 0.2, 0.3],
    ],
  );
  assert.equal(preprocessingFor([1, 1, 4, 4], { mean: [0.5] }).mean, [0.5]);
});

test("options that do not fit", () => {
  fails(() => preprocessingFor([1, 3, 4, 4], { mean: [1, 2] }), RequestError, /^mean: /);
  fails(() => preprocessingFor([1, 1, 4, 4], { std: [1, 2, 3] }), RequestError, /^std: expected one number or none/);
  fails(() => preprocessingFor([1, 3, 4, 4], { std: [-1] }), RequestError, /above 0/);
});

test("inputs that are no pictures", () => {
  for (const shape of [[], [1], [1, 784], [3, 32, 32], [1, 2, 8, 8], [1, 3, 8, 8, 8], [1, 3, 0, 8], [0, 3, 8, 8]]) {
    fails(() => preprocessingFor(shape, {}), RequestError, /expected an input that is a picture/);
  }
});

test.run();
