/** Which numbers of sparse weights are stored. */
import type { Weights } from "../gen/network.js";

/** The parts of weights that store all numbers. */
export const ALL_KEPT = { mask: "all", kept: new Uint8Array(0) } as const;

/** A byte of gaps that is followed by more zeros instead of a number. */
export const LONG_GAP = 255;

/**
 * Calls `visit` with the position of each stored number of `count`, in order, where not all are stored. False if `kept` does not
 * say so of exactly so many.
 */
export function eachKept({ mask, kept }: Weights, count: number, visit: (position: number) => void): boolean {
  const bytes = kept.length;
  if (mask === "gaps") {
    let at = 0;
    for (const gap of kept) {
      at += gap;
      if (at > count) return false;
      if (gap !== LONG_GAP) visit(at++);
    }
    return at <= count && kept[bytes - 1] !== LONG_GAP;
  }
  for (let at = 0; at < count; at++) if ((kept[at >> 3]! >> (at & 7)) & 1) visit(at);
  return bytes === (count + 7) >> 3 && (count % 8 === 0 || kept[bytes - 1]! >> (count % 8) === 0);
}

/** How many of `count` numbers are stored; -1 where `kept` does not fit so many. Weights that store all are not walked through. */
export function countKept(weights: Weights, count: number): number {
  if (weights.mask === "all") return weights.kept.length === 0 ? count : -1;
  let stored = 0;
  return eachKept(weights, count, () => stored++) ? stored : -1;
}
