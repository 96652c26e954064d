/**
 * Taps on grids, chosen by what their loss costs when the others make up for it: the channel and grid next that lose least for each
 * tap that goes.
 */
import { type Layer as Linear, Surgeon } from "./eliminate.js";

/** Sets of input channels that share a grid of taps. */
export interface GridChoice {
  /** [rows of the lowered matrix]: 1 for those that stay. */
  readonly rows: Uint8Array;
  /** [outputs][rows], refitted. */
  readonly weights: Float64Array;
}

/** At most `keep` rows, but at least the smallest grid of each set. `grids` say for each tap 1 where it stays. */
export function chooseGrids(
  layer: Linear,
  sets: readonly (readonly number[])[],
  grids: readonly Uint8Array[],
  keep: number,
): GridChoice {
  const surgeon = new Surgeon(layer);
  const taps = grids[0]!.length;
  const current: Uint8Array[] = sets.map(() => new Uint8Array(taps).fill(1));
  while (surgeon.left.length > keep) {
    const steps = sets.flatMap((set, s) =>
      grids.flatMap((grid) => {
        const going = rowsGoing(set, current[s]!, grid);
        return going.length === 0 ? [] : [{ s, grid, going, price: surgeon.costOfBlock(going) / going.length }];
      }),
    );
    if (steps.length === 0) break;
    const { s, grid, going } = steps.reduce((best, step) => (step.price < best.price ? step : best));
    going.forEach((row) => surgeon.remove(row));
    current[s] = grid;
  }
  const rows = new Uint8Array(surgeon.inputs);
  surgeon.left.forEach((row) => (rows[row] = 1));
  return { rows, weights: surgeon.weights };
}

/** The rows that go when some channels change to another grid; none where that is no part of the one they have. */
function rowsGoing(set: readonly number[], from: Uint8Array, to: Uint8Array): number[] {
  if (to.some((stays, tap) => stays > from[tap]!)) return [];
  return set.flatMap((channel) =>
    [...from.keys()].filter((tap) => from[tap] && !to[tap]).map((tap) => channel * from.length + tap),
  );
}
