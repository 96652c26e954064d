import { uniform } from "../../../src/random.js";
import { thinned } from "../filters.js";
import type { Kind } from "./kind.js";
import { POINTWISE, WINDOWS_3X3 } from "./shapes.js";

const PATTERNS = [
  [2, 4],
  [1, 4],
] as const;

export const nOfM: Kind = {
  kind: "n:m",
  meaning: "of each m neighbouring input channels n are read, for every output channel and tap others",
  shapes: [...POINTWISE, ...WINDOWS_3X3],
  applies: ({ ic, groups }) => (ic / groups) % 4 === 0,
  variants: (_shape, dense) =>
    PATTERNS.map(([n, m]) => {
      const next = uniform(17);
      let left: { n: number; m: number }[] = [];
      return thinned(dense, `${n}:${m}`, ([, channel, row, column], [, , kh, kw]) => {
        const tap = row * kw + column;
        if (channel % m === 0 && tap === 0) left = Array.from({ length: kh * kw }, () => ({ n, m }));
        const group = left[tap]!;
        // Each of those left has the same chance (Knuth, volume 2, algorithm S).
        const isKept = next() * group.m-- < group.n;
        if (isKept) group.n--;
        return isKept;
      });
    }),
};
