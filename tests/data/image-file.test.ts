import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeImage } from "../../src/data/image-file.js";
import { DataError } from "../../src/errors.js";
import { fails } from "./files.js";

const test = suite("data/image-file");

test("says what is supported", () => {
  fails(
    () => decodeImage(Uint8Array.from([0x47, 0x49, 0x46, 0x38]), "a.gif"),
    DataError,
    /^a\.gif: .*PNG or JPEG.*47 49 46 38/,
  );
  fails(() => decodeImage(new Uint8Array(0), "empty"), DataError, /^empty: .*empty file/);
});

const data = process.env["ESPALIER_DATA"];
if (data) {
  const SIZES = { "bald_eagle.jpeg": 3, "face_19.jpg": 3, "pelican.jpeg": 3, "kitten_224.png": 3 };
  for (const [name, channels] of Object.entries(SIZES)) {
    test(`decodes ${name}`, () => {
      const picture = decodeImage(readFileSync(join(data, "images", name)), name);
      assert.is(picture.channels, channels);
      assert.is(picture.pixels.length, picture.width * picture.height * channels);
      assert.ok(Math.min(picture.width, picture.height) >= 100 && Math.max(picture.width, picture.height) <= 4000);
      const mean = picture.pixels.reduce((sum, sample) => sum + sample, 0) / picture.pixels.length;
      assert.ok(mean > 30 && mean < 225, `mean ${mean}`);
    });
  }
}

test.run();
