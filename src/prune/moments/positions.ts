/** Which output positions of a layer are looked at, sample by sample. */
import { deriveSeed, uniform } from "../../random.js";

/** Distinct positions by lot, the same for the same layer and sample; all of them where there are no more. */
export function drawPositions(layer: string, sample: number, positions: number, count: number): Int32Array {
  const all = Int32Array.from({ length: positions }, (_, i) => i);
  if (positions <= count) return all;
  const next = uniform(deriveSeed(sample, layer));
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(next() * (positions - i));
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all.subarray(0, count);
}
