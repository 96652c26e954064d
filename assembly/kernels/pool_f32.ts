import { padPlanes } from "../pack/planes";
import { loadStrided } from "../pack/window_row";
import { clamp } from "../simd";
import { Step } from "../step";

/**
 * Largest element (NaN is never larger), or mean, of each window, of one image.
 *
 * Layout    x: ic planes of ih x iw; y: ic planes of oh x ow.
 *           table (mean only): oh, then ow floats filled up to a whole vector: 1 / elements that count, by row and column.
 * Tile      1 channel x 4 pixels; one input plane at a time is copied into scratch, padded (with -Infinity, or with 0).
 * Requires  scratch: one padded plane that covers every window of whole vectors, and slack.
 * Writes    whole vectors: up to 3 elements behind each row, which the next row or plane, or the slack, takes.
 * Oracle    src/ops/max-pool.ts and src/ops/average-pool.ts `evaluate`.
 */
function pool(s: Step, mean: bool): void {
  const width = s.iw + s.left + s.right;
  const outside: f32 = mean ? 0 : -Infinity;
  let x = s.x;
  let y = s.y;
  for (let c = s.ic; c > 0; c--) {
    padPlanes(1, x, s.ih, s.iw, s.scratch, s.top, s.left, s.bottom, s.right, outside);
    x += ((s.ih * s.iw) as usize) << 2;
    for (let p = 0; p < s.oh; p++) {
      const from = s.scratch + (((p * s.sh * width) as usize) << 2);
      if (mean) meanRow(s, from, width, v128.load32_splat(s.table + ((p as usize) << 2)), y);
      else maxRow(s, from, width, y);
      y += (s.ow as usize) << 2;
    }
  }
}

function maxRow(s: Step, x: usize, width: i32, y: usize): void {
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  for (; y < end; y += 16) {
    let best = f32x4.splat(-Infinity);
    for (let i = 0; i < s.kh; i++) {
      let q = x + (((i * s.dh * width) as usize) << 2);
      for (let j = s.kw; j > 0; j--) {
        best = f32x4.pmax(best, loadStrided(q, stride));
        q += (s.dw as usize) << 2;
      }
    }
    v128.store(y, clamp(best, lo, hi));
    x += stride << 2;
  }
}

function meanRow(s: Step, x: usize, width: i32, rowShare: v128, y: usize): void {
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let shares = s.table + ((s.oh as usize) << 2);
  for (; y < end; y += 16) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < s.kh; i++) {
      let q = x + (((i * s.dh * width) as usize) << 2);
      for (let j = s.kw; j > 0; j--) {
        sum = f32x4.add(sum, loadStrided(q, stride));
        q += (s.dw as usize) << 2;
      }
    }
    const share = f32x4.mul(rowShare, v128.load(shares));
    v128.store(y, clamp(f32x4.mul(sum, share), lo, hi));
    shares += 16;
    x += stride << 2;
  }
}

/** `pool` with the largest element. */
export function max_pool_f32(s: Step): void {
  pool(s, false);
}

/** `pool` with the mean. */
export function average_pool_f32(s: Step): void {
  pool(s, true);
}
