/** The toolkit's own wasm module, and how arrays get into it. */
import { type ASUtil, instantiate, instantiateSync } from "@assemblyscript/loader";
import { engine as toolkit } from "../gen/engine-toolkit.js";

/** What assembly/toolkit exports. */
interface Exports extends Record<string, unknown> {
  readonly FLOAT32_ARRAY: { readonly value: number };
  readonly FLOAT64_ARRAY: { readonly value: number };
  addMoments(values: number, channels: number, sums: number): void;
  scaleChannels(values: number, channels: number, factors: number): void;
  multiply(a: number, b: number, rows: number, inner: number, columns: number, y: number): void;
  addGram(rows: number, width: number, capacity: number, count: number, sums: number): void;
}

export type Toolkit = ASUtil & Exports;

export async function openToolkit(): Promise<Toolkit> {
  const { exports } = await instantiate<Exports>(Buffer.from(toolkit, "base64"));
  return exports;
}

/** The same at once, which takes the thread until it is compiled. */
export function loadToolkit(): Toolkit {
  return instantiateSync<Exports>(Buffer.from(toolkit, "base64")).exports;
}

/** Copies arrays into the module for one call; its collector takes them back afterwards. */
export function withArrays(
  exports: Toolkit,
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
