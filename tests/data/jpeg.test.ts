import jpeg from "jpeg-js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeImage } from "../../src/data/image-file.js";
import { DataError } from "../../src/errors.js";
import { fails } from "./files.js";

const test = suite("data/jpeg");

function encoded(width: number, height: number, colour: readonly number[]): Uint8Array {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, at) => colour[at % 4] ?? 255);
  return new Uint8Array(jpeg.encode({ width, height, data }, 95).data);
}

function segment(marker: number, data: readonly number[]): number[] {
  return [0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data];
}

/** 8 x 8, every component flat. All codes are one bit long: "six bits of DC follow", "no AC". DC steps are 8, so 1 is 1. */
function flat(components: number, bits: string, before: readonly number[] = [], precision = 8): Uint8Array {
  const ids = Array.from({ length: components }, (_, at) => at + 1);
  const oneCode = [1, ...Array.from({ length: 15 }, () => 0)];
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const scan = (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return Uint8Array.from([
    0xff,
    0xd8,
    ...before,
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => 8)]),
    ...segment(0xc0, [precision, 0, 8, 0, 8, components, ...ids.flatMap((id) => [id, 0x11, 0])]),
    ...segment(0xc4, [0x00, ...oneCode, 6]),
    ...segment(0xc4, [0x10, ...oneCode, 0]),
    ...segment(0xda, [components, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
    ...scan,
    0xff,
    0xd9,
  ]);
}

const PLUS_40 = "01010000";
const PLUS_32 = "01000000";
const MINUS_40 = "00101110";

test("colour", () => {
  const picture = decodeImage(encoded(20, 11, [200, 100, 50]), "test.jpg");
  assert.equal([picture.width, picture.height, picture.channels], [20, 11, 3]);
  assert.is(picture.pixels.length, 20 * 11 * 3);
  picture.pixels.forEach((sample, at) =>
    assert.ok(Math.abs(sample - [200, 100, 50][at % 3]!) <= 3, `${at}: ${sample}`),
  );
});

test("grey stays one channel", () => {
  const picture = decodeImage(flat(1, PLUS_40), "grey.jpg");
  assert.equal([picture.width, picture.height, picture.channels], [8, 8, 1]);
  assert.equal(
    [...picture.pixels],
    Array.from({ length: 64 }, () => 168),
  );
});

test("red, green and blue stored as such are not transformed", () => {
  const adobe = segment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]);
  const { pixels } = decodeImage(flat(3, PLUS_40 + PLUS_32 + MINUS_40, adobe), "rgb.jpg");
  assert.equal([...pixels.subarray(0, 3)], [168, 160, 88]);
  const usual = decodeImage(flat(3, PLUS_40 + PLUS_32 + MINUS_40), "ycc.jpg");
  assert.equal([...usual.pixels.subarray(0, 3)], [111, 185, 224]);
});

test("12 bits, other processes and absurd sizes are refused", () => {
  fails(() => decodeImage(flat(1, PLUS_40, [], 12), "deep.jpg"), DataError, /^deep\.jpg: expected 8 bits.*12/);
  const lossless = flat(1, PLUS_40);
  lossless[lossless.indexOf(0xc0, 60)] = 0xc3;
  fails(() => decodeImage(lossless, "lossless.jpg"), DataError, /^lossless\.jpg: .*baseline or progressive/);
  const huge = flat(1, PLUS_40);
  huge.set([0x40, 0, 0x40, 0], huge.indexOf(0xc0, 60) + 4);
  fails(() => decodeImage(huge, "huge.jpg"), DataError, /^huge\.jpg: .*megapixels.*16384 x 16384/);
});

test("cut off anywhere it is a DataError", () => {
  const file = encoded(17, 9, [10, 200, 90]);
  for (let length = 3; length < file.length; length++) {
    fails(() => decodeImage(file.subarray(0, length), "cut.jpg"), DataError, /^cut\.jpg: /);
  }
});

test("with any byte changed it is a DataError or a picture", () => {
  const file = encoded(9, 9, [10, 200, 90]);
  for (let at = 3; at < file.length; at++) {
    const changed = Uint8Array.from(file, (byte, index) => (index === at ? byte ^ 0x2a : byte));
    try {
      const { width, height, channels, pixels } = decodeImage(changed, "changed.jpg");
      assert.is(pixels.length, width * height * channels);
    } catch (error) {
      assert.instance(error, DataError, `byte ${at}: ${error}`);
    }
  }
});

test.run();
