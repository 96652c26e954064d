/** A picture at another size, all of it at once, by the runtime's own rows: what is measured is what ships. */
import { sampleRows } from "../runtime/sample-rows.js";
import type { Picture } from "./picture.js";

/** The samples (HWC) of the picture at `width` x `height`; runtime/sample-rows.ts says how they come about. */
export function resize(
  { width: from, height: rows, channels, pixels }: Picture,
  width: number,
  height: number,
): Float64Array {
  const resized = new Float64Array(height * width * channels);
  const whole = { x: 0, y: 0, width: from, height: rows };
  let at = 0;
  for (const row of sampleRows({ width: from, channels, data: pixels }, whole, width, height)) {
    resized.set(row, at);
    at += row.length;
  }
  return resized;
}
