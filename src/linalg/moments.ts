/** Sums over channels, computed by the toolkit's own wasm module. */
import { SecondMoments } from "./second-moments.js";
import { openToolkit, withArrays } from "./toolkit.js";

/** Sum and sum of squares of each channel: 2 x channels numbers, and how many elements of a channel they are over. */
export interface ChannelSums {
  readonly sums: Float64Array;
  count: number;
}

export interface Moments {
  /** Adds the moments of [channels][n] values. */
  add(values: Float32Array, into: ChannelSums): void;
  /** values[c][i] = values[c][i] * scale[c] + shift[c], in place. */
  scale(values: Float32Array, scale: ArrayLike<number>, shift: ArrayLike<number>): void;
  /** Second moments of rows of so many numbers, none added yet. They hold memory until they are read. */
  second(width: number): SecondMoments;
}

export function emptySums(channels: number): ChannelSums {
  return { sums: new Float64Array(2 * channels), count: 0 };
}

export async function openMoments(): Promise<Moments> {
  const exports = await openToolkit();
  return {
    add(values, into) {
      const channels = into.sums.length / 2;
      withArrays(exports, [values, into.sums], ([v, s]) => {
        exports.addMoments(v!, channels, s!);
        into.sums.set(exports.__getFloat64ArrayView(s!));
      });
      into.count += values.length / channels;
    },
    scale(values, scale, shift) {
      const factors = Float32Array.of(...Array.from(scale), ...Array.from(shift));
      withArrays(exports, [values, factors], ([v, f]) => {
        exports.scaleChannels(v!, scale.length, f!);
        values.set(exports.__getFloat32ArrayView(v!));
      });
    },
    second: (width) => new SecondMoments(exports, width),
  };
}
