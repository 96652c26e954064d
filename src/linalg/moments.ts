/** Sums over channels, computed by the toolkit's own wasm module. */
import { type ASUtil, instantiate } from "@assemblyscript/loader";
import { engine as toolkit } from "../gen/engine-toolkit.js";

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
}

/** What assembly/toolkit exports. */
interface Exports extends Record<string, unknown> {
  readonly FLOAT32_ARRAY: { readonly value: number };
  readonly FLOAT64_ARRAY: { readonly value: number };
  addMoments(values: number, channels: number, sums: number): void;
  scaleChannels(values: number, channels: number, factors: number): void;
}

export function emptySums(channels: number): ChannelSums {
  return { sums: new Float64Array(2 * channels), count: 0 };
}

export async function openMoments(): Promise<Moments> {
  const { exports } = await instantiate<Exports>(Buffer.from(toolkit, "base64"));
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
  };
}

/** Copies arrays into the module for one call; its collector takes them back afterwards. */
function withArrays(
  exports: ASUtil & Exports,
  arrays: readonly (Float32Array | Float64Array)[],
  call: (pointers: number[]) => void,
): void {
  const pointers = arrays.map((array) => {
    const type = array instanceof Float32Array ? exports.FLOAT32_ARRAY : exports.FLOAT64_ARRAY;
    return exports.__pin(exports.__newArray(type.value, array));
  });
  call(pointers);
  pointers.forEach((pointer) => exports.__unpin(pointer));
}
