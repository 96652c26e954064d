/**
 * PNG files: 1 to 16 bits, grey, colour, palette, with or without transparency.
 *
 * Transparency is laid over white, as a viewer on a page would show it. 16 bits are rounded to 8. Colour profiles and
 * gamma are not applied; of an animation only the still picture is read. Interlaced files need 8 or 16 bits a sample.
 */
import { inflateSync } from "node:zlib";
import { convertIndexedToRgb, decode, type DecodedPng, encode } from "fast-png";
import { DataError } from "../errors.js";
import { checkPictureSize, type Picture } from "./picture.js";

const SIGNATURE_BYTES = 8;
/** A chunk is its length (4), its type (4), its data and a checksum (4). */
const CHUNK_FRAME_BYTES = 12;

interface Chunk {
  readonly type: string;
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

interface ColourType {
  readonly samples: number;
  /** The chunks that decide its pixels. The decoder is handed no others, so text and profiles can do no harm. */
  readonly chunks: readonly string[];
}

const GREY = 0;
const COLOUR = 2;
const PALETTE = 3;
const COLOUR_TYPES: Readonly<Record<number, ColourType>> = {
  [GREY]: { samples: 1, chunks: ["IHDR", "IDAT", "IEND"] },
  [COLOUR]: { samples: 3, chunks: ["IHDR", "IDAT", "IEND"] },
  [PALETTE]: { samples: 1, chunks: ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"] },
  4: { samples: 2, chunks: ["IHDR", "IDAT", "IEND"] },
  6: { samples: 4, chunks: ["IHDR", "IDAT", "IEND"] },
};

/** x, y of the first pixel and the steps of each of Adam7's passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** 8 bits a sample, grey or colour. */
export function encodePng({ width, height, channels, pixels }: Picture): Uint8Array {
  return encode({ width, height, channels, depth: 8, data: pixels });
}

export function decodePng(bytes: Uint8Array, where: string): Picture {
  const chunks = chunksOf(bytes, where);
  const header = headerOf(chunks, where);
  const { chunks: needed } = colourTypeOf(header, where);
  const kept = chunks.filter(({ type }) => needed.includes(type));
  checkData(header, kept, where);
  const whole = Buffer.concat([bytes.subarray(0, SIGNATURE_BYTES), ...kept.map((chunk) => chunk.whole)]);
  const samples = samplesOf(decode(whole, { checkCrc: true }), header, where);
  return flatten({ ...samples, key: keyOf(chunks, header, where) }, header);
}

function chunksOf(bytes: Uint8Array, where: string): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE_BYTES; at + CHUNK_FRAME_BYTES <= bytes.length;) {
    const end = at + CHUNK_FRAME_BYTES + view.getUint32(at);
    if (end > bytes.length) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.push({ type, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) });
    if (type === "IEND") return chunks;
    at = end;
  }
  throw damaged("it ends before its last chunk", where);
}

function headerOf(chunks: readonly Chunk[], where: string): Header {
  const first = chunks[0];
  if (first?.type !== "IHDR" || first.data.length !== 13) throw damaged("it does not start with a header", where);
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const header = {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: view.getUint8(8),
    colourType: view.getUint8(9),
    interlaced: view.getUint8(12) !== 0,
  };
  checkPictureSize(header.width, header.height, where);
  return header;
}

function colourTypeOf({ colourType, depth, interlaced }: Header, where: string): ColourType {
  const type = COLOUR_TYPES[colourType];
  if (type === undefined) throw damaged(`there is no colour type ${colourType}`, where);
  if (interlaced && depth < 8) {
    const way = "save it without interlacing";
    throw new DataError(`expected 8 or 16 bits in an interlaced PNG file, came ${depth}; ${way}`, where);
  }
  return type;
}

/** Inflates the data within its proper size: the decoder would inflate a bomb, and fill with zeros what is missing. */
function checkData(header: Header, chunks: readonly Chunk[], where: string): void {
  const packed = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  const expected = dataBytes(header);
  const { length } = inflateSync(packed, { maxOutputLength: expected });
  if (length !== expected) throw damaged(`${expected} bytes of pixels were expected, ${length} came`, where);
}

/** Each row is a filter byte and its samples, padded to a whole byte. */
function dataBytes({ width, height, depth, colourType, interlaced }: Header): number {
  const bits = depth * COLOUR_TYPES[colourType]!.samples;
  const passes = interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  return passes.reduce((sum, [x, y, stepX, stepY]) => {
    const columns = Math.max(0, Math.ceil((width - x) / stepX));
    const rows = Math.max(0, Math.ceil((height - y) / stepY));
    return sum + (columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bits) / 8)));
  }, 0);
}

/** The samples of all pixels, one element each; `max` is full brightness. */
interface Samples {
  readonly data: ArrayLike<number>;
  /** 1 or 3 colours; one more is the opacity. */
  readonly channels: number;
  readonly max: number;
}

interface KeyedSamples extends Samples {
  /** The colour that means "transparent", if one does. */
  readonly key: readonly number[] | undefined;
}

/** Read here because the decoder refuses a key in a picture of fewer pixels than the key has samples. */
function keyOf(chunks: readonly Chunk[], { colourType }: Header, where: string): number[] | undefined {
  const chunk = chunks.find(({ type }) => type === "tRNS");
  if (chunk === undefined || (colourType !== GREY && colourType !== COLOUR)) return undefined;
  const { samples } = COLOUR_TYPES[colourType]!;
  if (chunk.data.length !== samples * 2) throw damaged("its transparent colour is malformed", where);
  return Array.from({ length: samples }, (_, c) => (chunk.data[c * 2]! << 8) | chunk.data[c * 2 + 1]!);
}

function samplesOf(png: DecodedPng, header: Header, where: string): Samples {
  if (header.colourType === PALETTE) return paletteSamples(png, where);
  const data = header.depth < 8 ? unpack(png.data, header) : png.data;
  return { data, channels: png.channels, max: 2 ** header.depth - 1 };
}

function paletteSamples(png: DecodedPng, where: string): Samples {
  const data = convertIndexedToRgb(png);
  const channels = data.length / (png.width * png.height);
  if (channels !== 3 && channels !== 4) throw damaged("its palette is malformed", where);
  return { data, channels, max: 255 };
}

/** Grey samples of 1, 2 or 4 bits: the first is in the high bits, and every row starts a new byte. */
function unpack(packed: ArrayLike<number>, { width, height, depth }: Header): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const samples = new Uint8Array(width * height);
  for (let at = 0; at < samples.length; at++) {
    const bit = (at % width) * depth;
    const byte = packed[Math.floor(at / width) * rowBytes + (bit >> 3)]!;
    samples[at] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return samples;
}

/** Lays the samples over white and brings them to 8 bits. */
function flatten(samples: KeyedSamples, { width, height }: Header): Picture {
  const { data, channels, max } = samples;
  const colours = channels < 3 ? 1 : 3;
  const pixels = new Uint8Array(width * height * colours);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    const opacity = opacityOf(samples, from, colours);
    for (let c = 0; c < colours; c++) {
      const overWhite = data[from + c]! * opacity + max * (max - opacity);
      pixels[pixel * colours + c] = Math.round((overWhite * 255) / (max * max));
    }
  }
  return { width, height, channels: colours, pixels };
}

/** 0 to `max`. */
function opacityOf({ data, channels, max, key }: KeyedSamples, from: number, colours: number): number {
  if (channels > colours) return data[from + colours]!;
  if (key === undefined) return max;
  for (let c = 0; c < colours; c++) if (data[from + c] !== key[c]) return max;
  return 0;
}

function damaged(what: string, where: string): DataError {
  return new DataError(`expected a whole PNG file, came a damaged one: ${what}; fetch or save it again`, where);
}
