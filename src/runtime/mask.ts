/** Which numbers of sparse weights are stored: read as positions, after one check. */
import { ModelError } from "../errors.js";
import type { Weights } from "../gen/network.js";

/** The parts of weights that store all numbers. */
export const ALL_KEPT = { mask: "all", kept: new Uint8Array(0) } as const;

/** A byte of gaps that is followed by more zeros instead of a number. */
export const LONG_GAP = 255;

/** How many numbers are stored. Throws a `ModelError` unless `kept` says so of exactly `count` numbers. */
export function countKept({ mask, kept }: Weights, count: number, what: string): number {
  if (mask === "all") {
    if (kept.length > 0) throw new ModelError(`${what} stores all numbers, yet says which`);
    return count;
  }
  return mask === "bitmap" ? countBits(kept, count, what) : countGaps(kept, count, what);
}

function countBits(kept: Uint8Array, count: number, what: string): number {
  if (kept.length !== Math.ceil(count / 8)) {
    throw new ModelError(`${what} has a bitmap of ${kept.length} bytes, ${count} numbers want ${Math.ceil(count / 8)}`);
  }
  const behind = count % 8 === 0 ? 0 : kept.at(-1)! >> (count % 8);
  if (behind !== 0) throw new ModelError(`${what} has a bitmap with bits behind its last number`);
  let bits = 0;
  for (const byte of kept) for (let rest = byte; rest > 0; rest &= rest - 1) bits++;
  return bits;
}

function countGaps(kept: Uint8Array, count: number, what: string): number {
  let [stored, at] = [0, 0];
  for (const gap of kept) {
    at += gap;
    if (gap === LONG_GAP) continue;
    at++;
    stored++;
  }
  if (at > count) throw new ModelError(`${what} has gaps that reach ${at - count} numbers behind its end`);
  if (kept.at(-1) === LONG_GAP) throw new ModelError(`${what} has gaps that end in the middle`);
  return stored;
}

/** Calls `visit` with the position of each stored number, in order. `kept` must have been checked. */
export function eachKept({ mask, kept }: Weights, count: number, visit: (position: number) => void): void {
  if (mask === "all") for (let i = 0; i < count; i++) visit(i);
  else if (mask === "bitmap") eachBit(kept, visit);
  else eachGap(kept, visit);
}

function eachBit(kept: Uint8Array, visit: (position: number) => void): void {
  kept.forEach((byte, i) => {
    for (let bit = 0; byte >> bit > 0; bit++) if ((byte >> bit) & 1) visit(8 * i + bit);
  });
}

function eachGap(kept: Uint8Array, visit: (position: number) => void): void {
  let at = 0;
  for (const gap of kept) {
    at += gap;
    if (gap !== LONG_GAP) visit(at++);
  }
}
