/** Mean and deviation of a set's colours, for preprocessing where nobody says them. */
import type { Preprocessing } from "../graph/about.js";
import { coloursOf } from "../runtime/colours.js";
import type { ImageSet } from "./image-set.js";
import { fillInput } from "./preprocess.js";

/** How many pictures are looked at; of larger sets some, evenly spread. */
const MOST_PICTURES = 10_000;
/** One step of a byte: no set is so flat that it should be divided by less. */
const LEAST_DEVIATION = 1 / 255;

/** `p` with the mean and the deviation of each channel over the set, in units of pixel / 255, to four decimals. */
export function withMeasuredColours(set: ImageSet, p: Preprocessing): Preprocessing {
  const raw: Preprocessing = { ...p, mean: [], std: [] };
  const channels = coloursOf(p);
  const pixels = p.width * p.height;
  const input = new Float32Array(channels * pixels);
  const sums = Array.from({ length: channels }, () => ({ first: 0, second: 0 }));
  const looked = Math.min(set.count, MOST_PICTURES);
  for (let at = 0; at < looked; at++) {
    fillInput(set.picture(Math.floor((at * set.count) / looked)), raw, input);
    for (let i = 0; i < input.length; i++) {
      const sum = sums[p.layout === "nchw" ? Math.floor(i / pixels) : i % channels]!;
      const value = input[i]! / 255;
      sum.first += value;
      sum.second += value * value;
    }
  }
  const count = looked * pixels;
  const mean = sums.map(({ first }) => rounded(first / count));
  const std = sums.map(({ first, second }) =>
    rounded(Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, second / count - (first / count) ** 2)))),
  );
  return { ...p, mean, std };
}

const rounded = (value: number): number => Number(value.toFixed(4));
