import { Step } from "../step";

/**
 * Moves elements without computing: concat, slice, transpose, broadcast are strided copies.
 *
 * Layout    table: 15 i32: 5 sizes, 5 x strides, 5 y strides, outermost first, strides in bytes (may be 0 or negative).
 * Tile      a contiguous innermost run goes in one copy.
 * Requires  x and y do not overlap.
 * Writes    exactly what the sizes say.
 * Oracle    src/ops/slice.ts, src/ops/transpose.ts, src/ops/concat.ts `evaluate`.
 */
export function copy_f32(s: Step): void {
  const t = s.table;
  for (let i0 = 0; i0 < load<i32>(t); i0++) {
    for (let i1 = 0; i1 < load<i32>(t, 4); i1++) {
      for (let i2 = 0; i2 < load<i32>(t, 8); i2++) {
        let x = s.x + i0 * load<i32>(t, 20) + i1 * load<i32>(t, 24) + i2 * load<i32>(t, 28);
        let y = s.y + i0 * load<i32>(t, 40) + i1 * load<i32>(t, 44) + i2 * load<i32>(t, 48);
        for (let i3 = 0; i3 < load<i32>(t, 12); i3++) {
          copyRun(x, y, load<i32>(t, 16), load<i32>(t, 36), load<i32>(t, 56));
          x += load<i32>(t, 32);
          y += load<i32>(t, 52);
        }
      }
    }
  }
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
  for (let i: usize = 0; i < (s.ow as usize) << 2; i += 4) {
    store<f32>(s.y + i, load<f32>(s.x + ((load<u32>(s.table + i) as usize) << 2)));
  }
}

/** y[i] = value for `ow` elements. Oracle: src/ops/pad.ts `evaluate`. */
export function fill_f32(s: Step): void {
  for (let i: usize = 0; i < (s.ow as usize) << 2; i += 4) store<f32>(s.y + i, s.value);
}
