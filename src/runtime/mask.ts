/** Which numbers of sparse weights are stored. */
import type { Weights } from "../gen/network.js";

/** The parts of weights that store all numbers. */
export const ALL_KEPT = { mask: "all", kept: new Uint8Array(0) } as const;

/** A byte of gaps that is followed by more zeros instead of a number. */
export const LONG_GAP = 255;

/** Calls `visit` with the position of each stored number of `count`, in order. False if `kept` does not say so of exactly so many. */
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
  const isAll = mask === "all";
  for (let at = 0; at < count; at++) if (isAll || (kept[at >> 3]! >> (at & 7)) & 1) visit(at);
  return isAll ? bytes === 0 : bytes === (count + 7) >> 3 && (count % 8 === 0 || kept[bytes - 1]! >> (count % 8) === 0);
}
