import { thinned } from "../filters.js";
import type { Kind } from "./kind.js";
import { LARGE_WINDOWS, WINDOWS_3X3, WINDOWS_3X3_STRIDED } from "./shapes.js";

/** [m, n]: the taps n, n + m, n + 2m, ... of each axis are left. */
const PATTERNS = [
  [2, 0],
  [2, 1],
  [3, 0],
] as const;

export const strided: Kind = {
  kind: "strided",
  meaning: "the same taps, evenly apart, are left in every channel",
  shapes: [...WINDOWS_3X3, ...WINDOWS_3X3_STRIDED, ...LARGE_WINDOWS],
  applies: ({ kh, kw, groups }) => Math.min(kh, kw) >= 3 && groups === 1,
  variants: (_shape, dense) =>
    PATTERNS.map(([m, n]) => thinned(dense, `m=${m} n=${n}`, ([, , row, column]) => row % m === n && column % m === n)),
};
