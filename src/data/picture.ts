/** A picture as files and sets give it. */
import { DataError } from "../errors.js";

/** 8 bits a sample, rows from the top, the samples of a pixel together (HWC). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 is grey; 3 is red, green, blue. */
  readonly channels: 1 | 3;
  /** `height * width * channels` samples. May be a view into a whole set: read it, do not write. */
  readonly pixels: Uint8Array;
}

/** The longest side that is read. */
export const MAX_SIDE = 16_384;
/** The largest area that is read; decoding a JPEG of this size takes most of a gigabyte. */
export const MAX_PIXELS = 40_000_000;

/** Refuses a size before anything is allocated for it. */
export function checkPictureSize(width: number, height: number, where: string): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (whole && Math.max(width, height) <= MAX_SIDE && width * height <= MAX_PIXELS) return;
  const limits = `1 to ${MAX_SIDE} pixels a side and at most ${MAX_PIXELS / 1e6} megapixels`;
  throw new DataError(`expected a picture of ${limits}, came ${width} x ${height}; scale it down first`, where);
}
