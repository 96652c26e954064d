import { madd, maddScalar } from "../simd";
import { Step } from "../step";
import { endInRow, endRow, firstInRow, firstRow, storeUpTo } from "../threads";

/**
 * Weighted sums along one axis with elements behind it: y[o, q, r] = b[q] + sum over t of f[q, t] * x[o, table[q, t], r].
 *
 * Layout    x: [oc][ih][ow]; y: [oc][oh][ow]; f: [oh][kh] weights; b: oh floats;
 *           table: [oh][kh] byte offsets, each the start of a run of `ow` floats in [ih][ow].
 * Tile      4 elements of a run; the last ones one by one. Threads share the runs, or each run.
 * Requires  kh >= 1; every offset inside one [ih][ow]; x and y do not overlap.
 * Writes    exactly oc * oh * ow floats.
 * Oracle    src/ops/resample.ts `evaluate`.
 */
export function resample_f32(s: Step): void {
  const runBytes = (s.ow as usize) << 2;
  const planeBytes = (s.ih as usize) * runBytes;
  const tapBytes = (s.kh as usize) << 2;
  const runs = s.oc * s.oh;
  const first = firstInRow(runs, s.ow);
  const end = endInRow(runs, s.ow);
  let at = firstRow(runs, s.ow);
  let o = at / s.oh;
  let q = at - o * s.oh;
  for (const rowsEnd = endRow(runs, s.ow); at < rowsEnd; at++) {
    const x = s.x + (o as usize) * planeBytes + first;
    const y = s.y + (at as usize) * runBytes;
    const taps = (q as usize) * tapBytes;
    run(x, s.table + taps, s.f + taps, tapBytes, load<f32>(s.b + ((q as usize) << 2)), y + first, y + end);
    if (++q == s.oh) {
      q = 0;
      o++;
    }
  }
}

function run(x: usize, table: usize, f: usize, tapBytes: usize, b: f32, y: usize, end: usize): void {
  for (; y + 16 <= end; y += 16, x += 16) {
    let acc = f32x4.splat(b);
    for (let t: usize = 0; t < tapBytes; t += 4) {
      acc = madd(v128.load(x + load<u32>(table + t)), v128.load32_splat(f + t), acc);
    }
    v128.store(y, acc);
  }
  for (; y < end; y += 4, x += 4) {
    let acc = b;
    for (let t: usize = 0; t < tapBytes; t += 4) {
      acc = maddScalar(load<f32>(x + load<u32>(table + t)), load<f32>(f + t), acc);
    }
    store<f32>(y, acc);
  }
}

/**
 * Weighted sums along the innermost axis: y[o, q] = b[q] + sum over t of f[q, t] * x[o, table[q, t]].
 *
 * Layout    x: [oc][iw]; y: [oc][ow]; b: ow floats; f and table (byte offsets): [ow / 4][kw][4], all filled up to whole vectors.
 * Tile      4 outputs. Threads share the rows, or each row.
 * Requires  kw >= 1; every offset inside a row; x and y do not overlap.
 * Writes    whole vectors: up to 3 floats behind each row, which the next row, or the slack, takes. With threads exactly y.
 * Oracle    src/ops/resample.ts `evaluate`.
 */
export function resample_inner_f32(s: Step): void {
  const rowBytes = (s.ow as usize) << 2;
  const first = firstInRow(s.oc, s.ow);
  const last = endInRow(s.oc, s.ow);
  const rowsEnd = endRow(s.oc, s.ow);
  for (let o = firstRow(s.oc, s.ow); o < rowsEnd; o++) {
    const x = s.x + (((o * s.iw) as usize) << 2);
    const y = s.y + (o as usize) * rowBytes;
    let f = s.f + first * (s.kw as usize);
    let table = s.table + first * (s.kw as usize);
    for (let q = first; q < last; q += 16) {
      let acc = v128.load(s.b + q);
      for (let t = s.kw; t > 0; t--, f += 16, table += 16) {
        let v = v128.load32_zero(x + load<u32>(table));
        v = v128.load32_lane(x + load<u32>(table, 4), v, 1);
        v = v128.load32_lane(x + load<u32>(table, 8), v, 2);
        v = v128.load32_lane(x + load<u32>(table, 12), v, 3);
        acc = madd(v, v128.load(f), acc);
      }
      storeUpTo(y + last, y + q, acc);
    }
  }
}
