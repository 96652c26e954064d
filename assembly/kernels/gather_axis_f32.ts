import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow } from "../threads";

/**
 * Elements by number along one axis: y[o, i, r] = x[o, table[i], r], or 0 where the table says so.
 *
 * Layout    x: [oc][ih][ow]; y: [oc][oh][ow]; table: oh byte offsets, each the start of a run of `ow` floats in [ih][ow]; with `kh` 1 there
 *           may be -1 among them, for zeros.
 * Tile      a run in one copy; runs of one element four at a time. Threads share the runs, or each run.
 * Requires  every offset inside one [ih][ow]; x and y do not overlap.
 * Writes    exactly oc * oh * ow floats.
 * Oracle    src/ops/gather.ts and src/ops/scatter.ts `evaluate`.
 */
export function gather_axis_f32(s: Step): void {
  if (s.ow == 1 && s.kh == 0) return gatherSingles(s);
  const runBytes = (s.ow as usize) << 2;
  const planeBytes = (s.ih as usize) * runBytes;
  const runs = s.oc * s.oh;
  const first = firstInRow(runs, s.ow);
  const bytes = endInRow(runs, s.ow) - first;
  let run = firstRow(runs, s.ow);
  let o = run / s.oh;
  let i = run - o * s.oh;
  for (const rowsEnd = endRow(runs, s.ow); run < rowsEnd; run++) {
    const at = load<i32>(s.table + ((i as usize) << 2));
    const y = s.y + (run as usize) * runBytes + first;
    if (at < 0) memory.fill(y, 0, bytes);
    else copyRun(s.x + (o as usize) * planeBytes + at + first, y, bytes);
    if (++i == s.oh) {
      i = 0;
      o++;
    }
  }
}

function gatherSingles(s: Step): void {
  const xBytes = (s.ih as usize) << 2;
  const yBytes = (s.oh as usize) << 2;
  const first = firstInRow(s.oc, s.oh);
  const end = endInRow(s.oc, s.oh);
  const rowsEnd = endRow(s.oc, s.oh);
  for (let o = firstRow(s.oc, s.oh); o < rowsEnd; o++) {
    gatherRow(s.x + (o as usize) * xBytes, s.table, s.y + (o as usize) * yBytes, first, end);
  }
}

function gatherRow(x: usize, table: usize, y: usize, i: usize, end: usize): void {
  for (; i + 16 <= end; i += 16) {
    const t = table + i;
    let v = v128.load32_zero(x + load<u32>(t));
    v = v128.load32_lane(x + load<u32>(t, 4), v, 1);
    v = v128.load32_lane(x + load<u32>(t, 8), v, 2);
    v128.store(y + i, v128.load32_lane(x + load<u32>(t, 12), v, 3));
  }
  for (; i < end; i += 4) store<f32>(y + i, load<f32>(x + load<u32>(table + i)));
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
