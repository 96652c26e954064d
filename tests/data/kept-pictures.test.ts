import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keepPictures } from "../../src/data/kept-pictures.js";

const test = suite("data/kept-pictures");

test("keeps what fits, the first ones first", () => {
  const made: number[] = [];
  const picture = keepPictures((index) => {
    made.push(index);
    return { width: index, height: 1, channels: 1, pixels: new Uint8Array(index) };
  }, 10);
  for (const index of [4, 9, 5, 4, 9, 5, 1, 1, 2]) assert.is(picture(index).pixels.length, index);
  assert.equal(made, [4, 9, 5, 9, 1, 2], "9 never fits; 4, 5 and 1 do");
});

test.run();
