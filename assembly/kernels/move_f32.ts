import { Step } from "../step";
import { endInRow, endOf, endRow, firstInRow, firstOf, firstRow } from "../threads";

/**
 * Moves elements without computing: concat, slice, transpose, broadcast are strided copies.
 *
 * Layout    table: 15 i32: 5 sizes, 5 x strides, 5 y strides, outermost first, strides in bytes (may be 0 or negative).
 * Tile      a contiguous innermost run goes in one copy. Threads share the runs, or each run.
 * Requires  x and y do not overlap.
 * Writes    exactly what the sizes say.
 * Oracle    src/ops/slice.ts, src/ops/transpose.ts, src/ops/concat.ts `evaluate`.
 */
export function copy_f32(s: Step): void {
  const t = s.table;
  const inPlane = load<i32>(t, 12);
  const elements = load<i32>(t, 16);
  const runs = load<i32>(t) * load<i32>(t, 4) * load<i32>(t, 8) * inPlane;
  const first = (firstInRow(runs, elements) >> 2) as i32;
  const count = ((endInRow(runs, elements) >> 2) as i32) - first;
  const end = endRow(runs, elements);
  for (let run = firstRow(runs, elements); run < end;) {
    const plane = run / inPlane;
    const at = run - plane * inPlane;
    let x = s.x + offsetOf(plane, t, 20) + at * load<i32>(t, 32) + first * load<i32>(t, 36);
    let y = s.y + offsetOf(plane, t, 40) + at * load<i32>(t, 52) + first * load<i32>(t, 56);
    const together = min(inPlane - at, end - run);
    for (let i = together; i > 0; i--) {
      copyRun(x, y, count, load<i32>(t, 36), load<i32>(t, 56));
      x += load<i32>(t, 32);
      y += load<i32>(t, 52);
    }
    run += together;
  }
}

/** Where a plane, of those that the three outer axes count, lies by the strides `strides` bytes into the table. */
function offsetOf(plane: i32, table: usize, strides: usize): i32 {
  const outer = plane / load<i32>(table, 8);
  const i0 = outer / load<i32>(table, 4);
  const i1 = outer - i0 * load<i32>(table, 4);
  const i2 = plane - outer * load<i32>(table, 8);
  const t = table + strides;
  return i0 * load<i32>(t) + i1 * load<i32>(t, 4) + i2 * load<i32>(t, 8);
}

function copyRun(x: usize, y: usize, count: i32, xStep: i32, yStep: i32): void {
  if (xStep == 4 && yStep == 4) {
    if (count >= 64) {
      memory.copy(y, x, (count as usize) << 2);
      return;
    }
    for (; count >= 4; count -= 4, x += 16, y += 16) v128.store(y, v128.load(x));
  }
  for (; count > 0; count--, x += xStep, y += yStep) store<f32>(y, load<f32>(x));
}

/** y[i] = x[table[i]] for `ow` elements; table: u32 element numbers. Oracle: src/ops/pad.ts `evaluate`. */
export function gather_f32(s: Step): void {
  const end = (endOf(s.ow) as usize) << 2;
  for (let i = (firstOf(s.ow) as usize) << 2; i < end; i += 4) {
    store<f32>(s.y + i, load<f32>(s.x + ((load<u32>(s.table + i) as usize) << 2)));
  }
}

/** y[i] = value for `ow` elements. Oracle: src/ops/pad.ts `evaluate`. */
export function fill_f32(s: Step): void {
  const end = (endOf(s.ow) as usize) << 2;
  for (let i = (firstOf(s.ow) as usize) << 2; i < end; i += 4) store<f32>(s.y + i, s.value);
}
