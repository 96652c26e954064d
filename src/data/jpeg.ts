/**
 * JPEG files: baseline and progressive, 8 bits, grey, colour and CMYK.
 *
 * The orientation that a camera notes in EXIF is not applied, as in the tools that networks are trained with.
 */
import jpeg from "jpeg-js";
import { DataError } from "../errors.js";
import { checkPictureSize, MAX_PIXELS, type Picture } from "./picture.js";

/** Enough for `MAX_PIXELS` without chroma subsampling; what the decoder may hold at once. */
const MAX_MEMORY_MB = 800;

const START_OF_SCAN = 0xda;
const ADOBE = 0xee;
/** Start of frame in the processes that the decoder knows: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Three components that are red, green and blue already, which only Adobe's marker can say. */
  readonly isRgb: boolean;
}

export function decodeJpeg(bytes: Uint8Array, where: string): Picture {
  const { width, height, components, isRgb } = headerOf(bytes, where);
  const decoded = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: MAX_PIXELS / 1e6,
    maxMemoryUsageInMB: MAX_MEMORY_MB,
    ...(isRgb ? { colorTransform: false } : {}),
  });
  if (decoded.width !== width || decoded.height !== height) throw damaged("its size is given twice", where);
  if (components !== 1) return { width, height, channels: 3, pixels: decoded.data };
  return { width, height, channels: 1, pixels: everyThird(decoded.data) };
}

/** The decoder gives grey as three equal samples. */
function everyThird(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let pixel = 0; pixel < grey.length; pixel++) grey[pixel] = rgb[pixel * 3]!;
  return grey;
}

/** One marker and what follows it, the two bytes of its length left out. */
interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
}

function headerOf(bytes: Uint8Array, where: string): Header {
  const segments = segmentsOf(bytes);
  const frame = segments.find(({ marker }) => FRAMES.includes(marker));
  if (frame === undefined || frame.data.length < 6) {
    throw damaged("it has no baseline or progressive picture", where);
  }
  const { data } = frame;
  const [precision, components] = [data[0]!, data[5]!];
  if (precision !== 8) throw new DataError(`expected 8 bits a sample, came ${precision}; save it with 8`, where);
  const height = (data[1]! << 8) | data[2]!;
  const width = (data[3]! << 8) | data[4]!;
  checkPictureSize(width, height, where);
  return { width, height, components, isRgb: components === 3 && segments.some(saysRgb) };
}

/** `Adobe`, version (2), flags (4), and then the transform: 0 is none. */
function saysRgb({ marker, data }: Segment): boolean {
  return marker === ADOBE && String.fromCharCode(...data.subarray(0, 5)) === "Adobe" && data[11] === 0;
}

/** The segments before the first scan; stops where they stop making sense, and leaves that to the decoder. */
function segmentsOf(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (marker === START_OF_SCAN || length < 2) break;
    segments.push({ marker, data: bytes.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
  }
  return segments;
}

function damaged(what: string, where: string): DataError {
  const message = `expected a whole JPEG file, came one that cannot be read: ${what}; fetch or save it again`;
  return new DataError(message, where);
}
