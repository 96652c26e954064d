import { clamp, clampScalar } from "../simd";
import { planeWritten, Step } from "../step";
import { endOf, firstOf, scratchOf } from "../threads";

/**
 * Planes of which only some pixels were computed, filled up: y[c, p] = clamp(x[c, source of p] + z[c, p]).
 *
 * Layout    x: oc planes of iw floats; y, z: oc planes of oh x ow, where `writes` says. table: for each pixel of y the byte offset of
 *           its source in a plane of x; where `kh` is 1 for each row of y the offset of its source row, then for each column the
 *           offset of its source in that.
 * Tile      4 elements. Threads divide the planes.
 * Requires  share: a row; z 0: no residual; z may be y, x may not.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function expand_f32(s: Step): void {
  const row = scratchOf(s);
  const columns = s.table + ((s.oh as usize) << 2);
  const rowBytes = (s.ow as usize) << 2;
  const bytes = (s.oh as usize) * rowBytes;
  for (let c = firstOf(s.oc); c < endOf(s.oc); c++) {
    const x = s.x + (((c * s.iw) as usize) << 2);
    let at = planeWritten(s, c, bytes);
    if (s.kh == 0) {
      expandPixels(s, x, at, bytes);
      continue;
    }
    // Rows of one source are spread once.
    let source: usize = -1;
    for (let r: usize = 0; r < (s.oh as usize) << 2; r += 4) {
      const from = load<u32>(s.table + r) as usize;
      if (from != source) spreadRow(x + from, columns, rowBytes, row);
      source = from;
      finishRow(s, row, at, rowBytes);
      at += rowBytes;
    }
  }
}

/** The elements at four offsets. */
function fourOf(x: usize, table: usize): v128 {
  let v = v128.load32_zero(x + load<u32>(table));
  v = v128.load32_lane(x + load<u32>(table, 4), v, 1);
  v = v128.load32_lane(x + load<u32>(table, 8), v, 2);
  return v128.load32_lane(x + load<u32>(table, 12), v, 3);
}

function spreadRow(x: usize, table: usize, bytes: usize, row: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(row + i, fourOf(x, table + i));
  for (; i < bytes; i += 4) store<f32>(row + i, load<f32>(x + load<u32>(table + i)));
}

function finishRow(s: Step, row: usize, at: usize, bytes: usize): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const y = s.y + at;
  const z = s.z + at;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    let v = v128.load(row + i);
    if (s.z != 0) v = f32x4.add(v, v128.load(z + i));
    v128.store(y + i, clamp(v, lo, hi));
  }
  for (; i < bytes; i += 4) finishOne(s, load<f32>(row + i), at + i);
}

function finishOne(s: Step, v: f32, at: usize): void {
  if (s.z != 0) v += load<f32>(s.z + at);
  store<f32>(s.y + at, clampScalar(v, s.lo, s.hi));
}

function expandPixels(s: Step, x: usize, at: usize, bytes: usize): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    let v = fourOf(x, s.table + i);
    if (s.z != 0) v = f32x4.add(v, v128.load(s.z + at + i));
    v128.store(s.y + at + i, clamp(v, lo, hi));
  }
  for (; i < bytes; i += 4) finishOne(s, load<f32>(x + load<u32>(s.table + i)), at + i);
}
