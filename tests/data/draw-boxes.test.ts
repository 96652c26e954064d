import { suite } from "uvu";
import * as assert from "uvu/assert";
import { colourOf, drawBoxes } from "../../src/data/draw-boxes.js";
import { decodePng, encodePng } from "../../src/data/png.js";

const test = suite("data/draw-boxes");
const white = { width: 8, height: 6, channels: 3, pixels: new Uint8Array(144).fill(255) } as const;

test("a box that reaches out of the picture is drawn as far as the picture goes; the picture itself stays", () => {
  const { pixels } = drawBoxes(white, [{ class: 0, x1: -3, y1: -3, x2: 5, y2: 40 }]);
  const red = Array.from({ length: 48 }, (_, i) => pixels[3 * i + 1] === 0);
  const columns = Array.from({ length: 8 }, (_, x) => red.filter((drawn, i) => drawn && i % 8 === x).length);
  assert.equal(columns, [0, 0, 0, 6, 6, 0, 0, 0]);
  assert.ok(white.pixels.every((value) => value === 255));
});

test("the first box lies on top", () => {
  const box = { x1: 0, y1: 0, x2: 8, y2: 6 };
  const { pixels } = drawBoxes(white, [
    { class: 0, ...box },
    { class: 1, ...box },
  ]);
  assert.equal(Array.from(pixels.slice(0, 3)), [...colourOf(0)]);
});

test("classes have colours of their own, none of them dull", () => {
  const colours = Array.from({ length: 80 }, (_, c) => colourOf(c));
  assert.is(new Set(colours.map(String)).size, 80);
  for (const colour of colours) {
    assert.is(Math.max(...colour), 255);
    assert.is(Math.min(...colour), 0);
  }
});

test("encoded pictures decode to themselves, grey and in colour", () => {
  for (const channels of [1, 3] as const) {
    const pixels = Uint8Array.from({ length: 35 * channels }, (_, i) => (i * 53) % 256);
    const picture = { width: 7, height: 5, channels, pixels };
    const back = decodePng(encodePng(picture), "picture");
    assert.equal({ ...back, pixels: [...back.pixels] }, { ...picture, pixels: [...pixels] });
  }
});

test.run();
