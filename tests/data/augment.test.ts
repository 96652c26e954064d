import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Augmentation, augmenter } from "../../src/data/augment.js";
import { RequestError } from "../../src/errors.js";
import type { Preprocessing } from "../../src/graph/about.js";
import { uniform } from "../../src/random.js";
import { fails } from "./files.js";

const test = suite("data/augment");

const GREY: Preprocessing = { width: 4, height: 3, layout: "nchw", colour: "grey", mean: [0.5], std: [0.25] };
const COLOUR: Preprocessing = { ...GREY, colour: "rgb", mean: [0.1, 0.2, 0.3], std: [1, 2, 4] };
const BLACK = (0 - 0.5) / 0.25;

const inputOf = (p: Preprocessing) =>
  Float32Array.from({ length: p.width * p.height * (p.colour === "grey" ? 1 : 3) }, (_, at) => at + 1);

/** `from` after such draws, which are given as numbers in [0, 1): right, down, mirrored, x, y. */
function drawn(p: Preprocessing, options: Augmentation, draws: readonly number[]): number[] {
  const from = inputOf(p);
  const to = new Float32Array(from.length);
  let at = 0;
  augmenter(p, options)(from, to, 0, () => draws[at++]!);
  assert.is(at, draws.length);
  return [...to];
}

const MIDDLE = 0.5;
const [NO, YES] = [0.1, 0.9];

test("nothing asked, nothing changed", () => {
  for (const p of [GREY, COLOUR]) {
    assert.equal(drawn(p, {}, [0.9, 0.9, YES, 0.9, 0.9]), [...inputOf(p)]);
    assert.equal(drawn(p, { crop: 1, flip: true }, [MIDDLE, MIDDLE, NO, 0, 0]), [...inputOf(p)]);
  }
});

test("flip mirrors left to right, every channel alike, in both layouts", () => {
  assert.equal(drawn(GREY, { flip: true }, [0, 0, YES, 0, 0]), [4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9]);
  const p: Preprocessing = { ...COLOUR, width: 2, height: 1 };
  assert.equal(drawn(p, { flip: true }, [0, 0, YES, 0, 0]), [2, 1, 4, 3, 6, 5]);
  assert.equal(drawn({ ...p, layout: "nhwc" }, { flip: true }, [0, 0, YES, 0, 0]), [4, 5, 6, 1, 2, 3]);
});

test("crop moves, and black comes in", () => {
  const b = BLACK;
  assert.equal(drawn(GREY, { crop: 1 }, [0.9, 0.9, YES, 0, 0]), [6, 7, 8, b, 10, 11, 12, b, b, b, b, b]);
  assert.equal(drawn(GREY, { crop: 1 }, [0, 0, NO, 0, 0]), [b, b, b, b, b, 1, 2, 3, b, 5, 6, 7]);
  assert.equal(drawn(GREY, { crop: 2 }, [0, MIDDLE, NO, 0, 0]), [b, b, 1, 2, b, b, 5, 6, b, b, 9, 10]);
  const black = [0, 1, 2].map((c) => Math.fround(-COLOUR.mean[c]! / COLOUR.std[c]!));
  const out = drawn({ ...COLOUR, layout: "nhwc" }, { crop: 3 }, [0.99, 0.99, NO, 0, 0]);
  assert.equal(out.slice(-3), black);
  assert.equal(drawn({ ...GREY, mean: [], std: [] }, { crop: 3 }, [0.99, 0.99, NO, 0, 0]).at(-1), 0);
});

test("flipped and cropped: the padded picture is mirrored, then cut", () => {
  assert.equal(drawn(GREY, { crop: 1, flip: true }, [0, MIDDLE, YES, 0, 0]).slice(0, 4), [3, 2, 1, BLACK]);
});

test("cutout: the mean colour, or grey; a part of the square may lie outside", () => {
  const plain = [...inputOf(GREY)];
  const cut = (options: Augmentation, x: number, y: number, p = GREY) => drawn(p, options, [0, 0, NO, x / 4, y / 3]);
  const changed = (out: readonly number[]) => out.flatMap((value, at) => (value === plain[at] ? [] : [at]));
  assert.equal(changed(cut({ cutout: 1 }, 2, 1)), [6]);
  assert.equal(changed(cut({ cutout: 2 }, 2, 1)), [1, 2, 5, 6]);
  assert.equal(changed(cut({ cutout: 3 }, 0, 0)), [0, 1, 4, 5]);
  assert.is(cut({ cutout: 1 }, 2, 1)[6], 0, "(mean - mean) / std");
  assert.is(cut({ cutout: 1 }, 2, 1, { ...GREY, mean: [] })[6], 2, "(0.5 - 0) / std");
  assert.is(cut({ cutout: 1 }, 2, 1, { ...GREY, mean: [], std: [] })[6], 127.5);
  for (const layout of ["nchw", "nhwc"] as const) {
    const out = drawn({ ...COLOUR, layout }, { cutout: 1 }, [0, 0, NO, 0.5, 0.4]);
    assert.is(out.filter((value) => Math.abs(value) < 1e-6).length, 3);
  }
});

test("every shift and both sides come", () => {
  const next = uniform(1);
  const augment = augmenter(GREY, { crop: 1, flip: true });
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const to = new Float32Array(12);
    augment(inputOf(GREY), to, 0, next);
    seen.add(to.join());
  }
  assert.is(seen.size, 3 * 3 * 2);
});

test("writes at the offset and nowhere else", () => {
  const to = new Float32Array(16).fill(-7);
  augmenter(GREY, { crop: 2, flip: true, cutout: 4 })(inputOf(GREY), to, 2, uniform(3));
  assert.equal([...to.slice(0, 2), ...to.slice(-2)], [-7, -7, -7, -7]);
  assert.not(to.slice(2, -2).includes(-7));
});

test("refuses what cannot be", () => {
  for (const crop of [-1, 0.5, NaN, 4]) fails(() => augmenter(GREY, { crop }), RequestError, /^crop: expected 0 to 3/);
  for (const cutout of [-1, 1.5, 5]) fails(() => augmenter(GREY, { cutout }), RequestError, /^cutout: expected 0 to 4/);
});

test.run();
