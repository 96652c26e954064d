import { copyPlane } from "../pack/plane";
import { loadStrided } from "../pack/window_row";
import { clamp, madd } from "../simd";
import { planeRead, Step } from "../step";
import { endOf, firstOf, scratchOf, storeUpTo } from "../threads";

/**
 * Depthwise convolution of one image, any kernel, stride and dilation: each input plane makes oc / ic output planes.
 *
 * Layout    x: ic planes of ih x iw, where `reads` says; f: [oc][kh * kw]; b: oc floats; y, z: oc planes of oh x ow.
 * Tile      1 channel x 4 pixels; one input plane at a time is copied, padded, into scratch.
 * Requires  share: one padded plane that covers every window of whole vectors, and slack.
 * Writes    as depthwise_rows_f32. Threads divide the input planes.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function depthwise_f32(s: Step): void {
  const scratch = scratchOf(s);
  const widthBytes = ((s.iw + s.left + s.right) as usize) << 2;
  const rowBytes = (s.ow as usize) << 2;
  const multiplier = s.oc / s.ic;
  memory.fill(scratch, 0, ((s.ih + s.top + s.bottom) as usize) * widthBytes);
  for (let c = firstOf(s.ic); c < endOf(s.ic); c++) {
    copyPlane(s.x + planeRead(s, c, ((s.ih * s.iw) as usize) << 2), s.ih, s.iw, scratch, widthBytes, s.top, s.left);
    for (let o = c * multiplier; o < (c + 1) * multiplier; o++) {
      let at = ((o * s.oh) as usize) * rowBytes;
      let x = scratch;
      for (let p = s.oh; p > 0; p--) {
        row(s, o, x, widthBytes, s.y + at, s.z == 0 ? 0 : s.z + at);
        x += (s.sh as usize) * widthBytes;
        at += rowBytes;
      }
    }
  }
}

function row(s: Step, o: i32, x: usize, widthBytes: usize, y: usize, z: usize): void {
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const tapRow = (s.dh as usize) * widthBytes;
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const f = s.f + (((o * s.kh * s.kw) as usize) << 2);
  const bias = v128.load32_splat(s.b + ((o as usize) << 2));
  for (; y < end; y += 16) {
    let acc = bias;
    let w = f;
    let tap = x;
    for (let i = s.kh; i > 0; i--) {
      let q = tap;
      for (let j = s.kw; j > 0; j--) {
        acc = madd(loadStrided(q, stride), v128.load32_splat(w), acc);
        w += 4;
        q += (s.dw as usize) << 2;
      }
      tap += tapRow;
    }
    if (z != 0) {
      acc = f32x4.add(acc, v128.load(z));
      z += 16;
    }
    storeUpTo(end, y, clamp(acc, lo, hi));
    x += stride << 2;
  }
}
