import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeImage } from "../../src/data/image-file.js";
import { DataError } from "../../src/errors.js";
import { fails, pngChunk, pngFile } from "./files.js";

const test = suite("data/png");

function pixelsOf(bytes: Uint8Array): number[] {
  return [...decodeImage(bytes, "test.png").pixels];
}

test("8 bits: grey and colour as they are", () => {
  const colours = Uint8Array.from({ length: 2 * 3 * 3 }, (_, at) => at * 14);
  const picture = decodeImage(encode({ width: 2, height: 3, channels: 3, depth: 8, data: colours }), "test.png");
  assert.equal([picture.width, picture.height, picture.channels], [2, 3, 3]);
  assert.equal([...picture.pixels], [...colours]);
  const grey = Uint8Array.of(0, 1, 127, 255);
  assert.equal(pixelsOf(encode({ width: 2, height: 2, channels: 1, depth: 8, data: grey })), [...grey]);
});

test("opacity is laid over white", () => {
  const rgba = Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 51);
  const expected = [10, 20, 30, 255, 255, 255, 204, 224, 255];
  assert.equal(pixelsOf(encode({ width: 3, height: 1, channels: 4, depth: 8, data: rgba })), expected);
  const greyAlpha = Uint8Array.of(80, 255, 80, 0, 5, 51);
  assert.equal(pixelsOf(encode({ width: 3, height: 1, channels: 2, depth: 8, data: greyAlpha })), [80, 255, 205]);
});

test("16 bits are rounded to 8", () => {
  const grey = Uint16Array.of(0, 128, 129, 257 * 77 + 128, 65535);
  assert.equal(pixelsOf(encode({ width: 5, height: 1, channels: 1, depth: 16, data: grey })), [0, 0, 1, 77, 255]);
  const rgba = Uint16Array.of(65535, 0, 257 * 9, 65535, 1, 2, 3, 0);
  const expected = [255, 0, 9, 255, 255, 255];
  assert.equal(pixelsOf(encode({ width: 2, height: 1, channels: 4, depth: 16, data: rgba })), expected);
});

test("grey of 1, 2 and 4 bits; every row starts a byte", () => {
  const one = pngFile({ width: 9, height: 2, depth: 1, colourType: 0 }, [0, 0b10100000, 0x80, 0, 0b00000001, 0]);
  assert.equal(pixelsOf(one), [255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255, 0]);
  const two = pngFile({ width: 3, height: 1, depth: 2, colourType: 0 }, [0, 0b00011000]);
  assert.equal(pixelsOf(two), [0, 85, 170]);
  const four = pngFile({ width: 3, height: 1, depth: 4, colourType: 0 }, [0, 0x0f, 0x30]);
  assert.equal(pixelsOf(four), [0, 255, 51]);
});

test("palettes, with and without opacity", () => {
  const palette = pngChunk("PLTE", Uint8Array.of(1, 2, 3, 40, 50, 60, 7, 8, 9));
  const header = { width: 3, height: 1, depth: 2, colourType: 3 };
  assert.equal(pixelsOf(pngFile(header, [0, 0b10010000], [palette])), [7, 8, 9, 40, 50, 60, 1, 2, 3]);
  const opacity = pngChunk("tRNS", Uint8Array.of(0, 255));
  const expected = [7, 8, 9, 40, 50, 60, 255, 255, 255];
  assert.equal(pixelsOf(pngFile(header, [0, 0b10010000], [palette, opacity])), expected);
});

test("one colour that means transparent", () => {
  const key = pngChunk("tRNS", Uint8Array.of(0, 1, 0, 2, 0, 3));
  const rows = [0, 1, 2, 3, 1, 2, 4];
  const colour = pngFile({ width: 2, height: 1, depth: 8, colourType: 2 }, rows, [key]);
  assert.equal(pixelsOf(colour), [255, 255, 255, 1, 2, 4]);
  const grey = pngFile(
    { width: 2, height: 1, depth: 4, colourType: 0 },
    [0, 0x12],
    [pngChunk("tRNS", Uint8Array.of(0, 1))],
  );
  assert.equal(pixelsOf(grey), [255, 34]);
});

test("interlaced", () => {
  const data = Uint8Array.from({ length: 11 * 9 * 3 }, (_, at) => (at * 7) % 256);
  const png = { width: 11, height: 9, channels: 3, depth: 8 as const, data };
  assert.equal(pixelsOf(encode(png, { interlace: "Adam7" })), [...data]);
  const low = pngFile({ width: 1, height: 1, depth: 1, colourType: 0, interlace: 1 }, [0, 0x80]);
  fails(() => decodeImage(low, "low.png"), DataError, /^low\.png: .*interlac/);
});

test("chunks that are no pixels do no harm", () => {
  const junk = [
    pngChunk("iCCP", Uint8Array.of(1, 2, 3)),
    pngChunk("tEXt", Uint8Array.of(9)),
    pngChunk("acTL", new Uint8Array(8)),
  ];
  const palette = pngChunk("PLTE", Uint8Array.of(1, 2, 3));
  const file = pngFile({ width: 1, height: 1, depth: 8, colourType: 2 }, [0, 5, 6, 7], [...junk, palette]);
  assert.equal(pixelsOf(file), [5, 6, 7]);
});

test("a view into a larger buffer", () => {
  const file = pngFile({ width: 2, height: 1, depth: 8, colourType: 0 }, [0, 8, 9]);
  const larger = new Uint8Array(file.length + 20);
  larger.set(file, 7);
  assert.equal(pixelsOf(larger.subarray(7, 7 + file.length)), [8, 9]);
});

test("a size beyond the limits is refused before anything is allocated", () => {
  for (const [width, height] of [
    [0, 1],
    [100_000, 1],
    [16_000, 16_000],
    [0xffffffff, 0xffffffff],
  ] as const) {
    const file = pngFile({ width, height, depth: 8, colourType: 0 }, [0, 1]);
    fails(
      () => decodeImage(file, "huge.png"),
      DataError,
      new RegExp(`^huge\\.png: .*megapixels.*${width} x ${height}`),
    );
  }
});

test("more or less data than the size says", () => {
  const header = { width: 2, height: 2, depth: 8, colourType: 0 };
  fails(() => decodeImage(pngFile(header, [0, 1, 2, 0, 3]), "short.png"), DataError, /6 bytes.*5 came/);
  const bomb = pngFile(header, [0, 1, 2, 0, 3, 4], [pngChunk("IDAT", deflateSync(new Uint8Array(5e7)))]);
  fails(() => decodeImage(bomb, "bomb.png"), DataError, /^bomb\.png: /);
});

test("malformed headers, palettes, filters, checksums", () => {
  const bad: Record<string, Uint8Array> = {
    colourType: pngFile({ width: 1, height: 1, depth: 8, colourType: 5 }, [0, 1]),
    depth: pngFile({ width: 1, height: 1, depth: 3, colourType: 0 }, [0, 1]),
    key: pngFile(
      { width: 1, height: 1, depth: 8, colourType: 2 },
      [0, 1, 2, 3],
      [pngChunk("tRNS", Uint8Array.of(0, 1))],
    ),
    noPalette: pngFile({ width: 1, height: 1, depth: 8, colourType: 3 }, [0, 1]),
    outsidePalette: pngFile(
      { width: 1, height: 1, depth: 8, colourType: 3 },
      [0, 1],
      [pngChunk("PLTE", Uint8Array.of(1, 2, 3))],
    ),
    filter: pngFile({ width: 1, height: 1, depth: 8, colourType: 0 }, [9, 1]),
  };
  for (const [name, file] of Object.entries(bad))
    fails(() => decodeImage(file, name), DataError, new RegExp(`^${name}: `));
});

test("cut off anywhere, or with any byte changed, it is a DataError or a picture of that size", () => {
  const data = Uint8Array.from({ length: 6 * 5 * 3 }, (_, at) => (at * 37) % 251);
  const file = encode({ width: 6, height: 5, channels: 3, depth: 8, data });
  for (let length = 8; length < file.length; length++) {
    fails(() => decodeImage(file.subarray(0, length), "cut.png"), DataError, /^cut\.png: /);
  }
  for (let at = 8; at < file.length; at++) {
    const changed = Uint8Array.from(file, (byte, index) => (index === at ? byte ^ 0x55 : byte));
    fails(() => decodeImage(changed, "changed.png"), DataError, /^changed\.png: /);
  }
});

test.run();
