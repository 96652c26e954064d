/** Which output positions of a layer are looked at, sample by sample. */
import { deriveSeed, uniform } from "../../random.js";
import type { FittedLayer } from "./fitted-layer.js";

/** So many of those that count, by lot. */
export function positionsOf(
  { name, positions, counting }: Pick<FittedLayer, "name" | "positions" | "counting">,
  sample: number,
  count: number,
): Int32Array {
  const drawn = drawPositions(name, sample, counting?.length ?? positions, count);
  return counting ? drawn.map((at) => counting[at]!) : drawn;
}

/** Distinct positions by lot, the same for the same layer and sample; all of them where there are no more. */
export function drawPositions(layer: string, sample: number, positions: number, count: number): Int32Array {
  if (positions <= count) return Int32Array.from({ length: positions }, (_, i) => i);
  // Fisher and Yates's shuffle up to the last that is wanted, of a list of which only what has moved is written down.
  const next = uniform(deriveSeed(sample, layer));
  const moved = new Map<number, number>();
  return Int32Array.from({ length: count }, (_, i) => {
    const other = i + Math.floor(next() * (positions - i));
    const drawn = moved.get(other) ?? other;
    moved.set(other, moved.get(i) ?? i);
    return drawn;
  });
}
