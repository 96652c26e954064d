import { Step } from "../step";

/**
 * Elements by number along one axis: y[o, i, r] = x[o, table[i], r].
 *
 * Layout    x: [oc][ih][ow]; y: [oc][oh][ow]; table: oh byte offsets, each the start of a run of `ow` floats in [ih][ow].
 * Tile      a run in one copy; runs of one element four at a time.
 * Requires  every offset inside one [ih][ow]; x and y do not overlap.
 * Writes    exactly oc * oh * ow floats.
 * Oracle    src/ops/gather.ts `evaluate`.
 */
export function gather_axis_f32(s: Step): void {
  const runBytes = (s.ow as usize) << 2;
  const planeBytes = (s.ih as usize) * runBytes;
  const tableEnd = s.table + ((s.oh as usize) << 2);
  let x = s.x;
  let y = s.y;
  for (let o = s.oc; o > 0; o--, x += planeBytes) {
    if (s.ow == 1) y = gatherSingles(x, s.table, s.oh, y);
    else for (let t = s.table; t < tableEnd; t += 4, y += runBytes) copyRun(x + load<u32>(t), y, runBytes);
  }
}

/** Returns the address behind the last element. */
function gatherSingles(x: usize, table: usize, count: i32, y: usize): usize {
  const end = y + ((count as usize) << 2);
  for (; y + 16 <= end; y += 16, table += 16) {
    let v = v128.load32_zero(x + load<u32>(table));
    v = v128.load32_lane(x + load<u32>(table, 4), v, 1);
    v = v128.load32_lane(x + load<u32>(table, 8), v, 2);
    v128.store(y, v128.load32_lane(x + load<u32>(table, 12), v, 3));
  }
  for (; y < end; y += 4, table += 4) store<f32>(y, load<f32>(x + load<u32>(table)));
  return end;
}

/** Short runs beat memory.copy, long ones do not. */
function copyRun(x: usize, y: usize, bytes: usize): void {
  if (bytes >= 448) {
    memory.copy(y, x, bytes);
    return;
  }
  const end = y + bytes;
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, v128.load(x));
  for (; y < end; y += 4, x += 4) store<f32>(y, load<f32>(x));
}
