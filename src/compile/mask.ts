/** Which numbers of weights are stored: all, or those that are not 0 and their neighbours, whichever takes the fewest bytes. */
import { ALL_KEPT, LONG_GAP } from "../runtime/mask.js";

export interface Masked<Numbers> {
  readonly mask: "all" | "bitmap" | "gaps";
  readonly kept: Uint8Array;
  /** How many slices along the first axis share a bit; 0 where each number has its own. */
  readonly block: number;
  readonly stored: Numbers;
}

/** A mask has to save this share of the bytes. */
const WORTH = 0.05;

/**
 * The mask for `rows` slices of numbers as they will be stored, so that what rounds to 0 counts as 0; a zero that is left out loses
 * its sign. Bits for each number alone are tried, and bits that 2, 4 or all rows share.
 */
export function chooseMask<Numbers extends Float32Array | Uint16Array>(all: Numbers, rows: number): Masked<Numbers> {
  const columns = all.length / rows;
  const limit = all.byteLength * (1 - WORTH);
  const whole: Masked<Numbers> = { ...ALL_KEPT, stored: all };
  const single = keptBits(all, rows, columns, 1);
  if (countStored(single, rows, columns, 1) * all.BYTES_PER_ELEMENT > limit) return whole;
  let best: { bytes: number; block: number; bits: Uint8Array; list: ReturnType<typeof shortest> } | undefined;
  for (const block of new Set([1, 2, 4, rows].filter((block) => block <= rows))) {
    const bits = block === 1 ? single : keptBits(all, rows, columns, block);
    const list = shortest(bits);
    const bytes = list.kept.length + countStored(bits, rows, columns, block) * all.BYTES_PER_ELEMENT;
    if (bytes < (best?.bytes ?? limit)) best = { bytes, block, bits, list };
  }
  if (!best) return whole;
  const { block, bits, list } = best;
  const isStored = (_: number, i: number) => bits[Math.floor(i / columns / block) * columns + (i % columns)] === 1;
  return { ...list, block: block === 1 ? 0 : block, stored: all.filter(isStored) as Numbers };
}

/** For each block of rows and each column 1 where any of its numbers is not 0. */
function keptBits(all: Float32Array | Uint16Array, rows: number, columns: number, block: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(rows / block) * columns);
  const isHalf = all instanceof Uint16Array;
  for (let row = 0, i = 0; row < rows; row++) {
    const first = Math.floor(row / block) * columns;
    for (let column = 0; column < columns; column++, i++) {
      if (all[i] !== 0 && !(isHalf && all[i] === 0x8000)) bits[first + column] = 1;
    }
  }
  return bits;
}

function countStored(bits: Uint8Array, rows: number, columns: number, block: number): number {
  let stored = 0;
  for (let row = 0, i = 0; row < rows; row += block) {
    const shared = Math.min(block, rows - row);
    for (let column = 0; column < columns; column++, i++) stored += shared * bits[i]!;
  }
  return stored;
}

function shortest(bits: Uint8Array): { readonly mask: "bitmap" | "gaps"; readonly kept: Uint8Array } {
  const [map, gaps] = [bitmapOf(bits), gapsOf(bits)];
  return map.length <= gaps.length ? { mask: "bitmap", kept: map } : { mask: "gaps", kept: gaps };
}

function bitmapOf(bits: Uint8Array): Uint8Array {
  const map = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (map[i >> 3]! |= bit << (i & 7)));
  return map;
}

function gapsOf(bits: Uint8Array): Uint8Array {
  const gaps: number[] = [];
  let zeros = 0;
  for (const bit of bits) {
    if (bit === 0) {
      zeros++;
      continue;
    }
    for (; zeros >= LONG_GAP; zeros -= LONG_GAP) gaps.push(LONG_GAP);
    gaps.push(zeros);
    zeros = 0;
  }
  return Uint8Array.from(gaps);
}
