/** Which numbers of weights are stored: all, or those that are not 0, whichever takes the fewest bytes. */
import { LONG_GAP } from "../runtime/mask.js";

export interface Masked<Numbers> {
  readonly mask: "all" | "bitmap" | "gaps";
  readonly kept: Uint8Array;
  readonly stored: Numbers;
}

/** A mask has to save this share of the bytes. */
const WORTH = 0.05;

/** Numbers as they will be stored, so that what rounds to 0 counts as 0. A zero loses its sign. */
export function chooseMask<Numbers extends Float32Array | Uint16Array>(all: Numbers): Masked<Numbers> {
  const isZero = (number: number) => number === 0 || (all instanceof Uint16Array && number === 0x8000);
  let zeros = 0;
  for (const number of all) if (isZero(number)) zeros++;
  const whole: Masked<Numbers> = { mask: "all", kept: new Uint8Array(0), stored: all };
  if (zeros * all.BYTES_PER_ELEMENT < all.byteLength * WORTH + all.length / 8) return whole;
  const stored = all.filter((number) => !isZero(number)) as Numbers;
  const [bits, gaps] = [bitmapOf(all, isZero), gapsOf(all, isZero)];
  return bits.length <= gaps.length ? { mask: "bitmap", kept: bits, stored } : { mask: "gaps", kept: gaps, stored };
}

function bitmapOf(all: Float32Array | Uint16Array, isZero: (number: number) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(all.length / 8));
  all.forEach((number, i) => {
    if (!isZero(number)) bits[i >> 3]! |= 1 << (i & 7);
  });
  return bits;
}

function gapsOf(all: Float32Array | Uint16Array, isZero: (number: number) => boolean): Uint8Array {
  const gaps: number[] = [];
  let zeros = 0;
  for (const number of all) {
    if (isZero(number)) {
      zeros++;
      continue;
    }
    for (; zeros >= LONG_GAP; zeros -= LONG_GAP) gaps.push(LONG_GAP);
    gaps.push(zeros);
    zeros = 0;
  }
  return Uint8Array.from(gaps);
}
