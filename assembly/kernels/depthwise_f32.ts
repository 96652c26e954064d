import { padPlanes } from "../pack/planes";
import { loadStrided } from "../pack/window_row";
import { clamp, madd } from "../simd";
import { Step } from "../step";

/**
 * Depthwise convolution of one image, any kernel, stride and dilation: each input plane makes oc / ic output planes.
 *
 * Layout    x: ic planes of ih x iw; f: [oc][kh * kw]; b: oc floats; y: oc planes of oh x ow.
 * Tile      1 channel x 4 pixels; one input plane at a time is copied, padded, into scratch.
 * Requires  scratch: one padded plane that covers every window of whole vectors, and slack.
 * Writes    whole vectors: up to 3 elements behind each row, which the next row or plane, or the slack, takes.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function depthwise_f32(s: Step): void {
  const multiplier = s.oc / s.ic;
  const width = s.iw + s.left + s.right;
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  let f = s.f;
  let b = s.b;
  let y = s.y;
  for (let c = 0; c < s.ic; c++) {
    padPlanes(1, s.x + (((c * s.ih * s.iw) as usize) << 2), s.ih, s.iw, s.scratch, s.top, s.left, s.bottom, s.right, 0);
    for (let m = 0; m < multiplier; m++) {
      const bias = v128.load32_splat(b);
      for (let p = 0; p < s.oh; p++) {
        row(s, s.scratch + (((p * s.sh * width) as usize) << 2), width, f, bias, y, lo, hi);
        y += (s.ow as usize) << 2;
      }
      f += ((s.kh * s.kw) as usize) << 2;
      b += 4;
    }
  }
}

function row(s: Step, x: usize, width: i32, f: usize, bias: v128, y: usize, lo: v128, hi: v128): void {
  const stride = (s.sw as usize) << 2;
  const end = y + ((s.ow as usize) << 2);
  const tapRow = ((s.dh * width) as usize) << 2;
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
    v128.store(y, clamp(acc, lo, hi));
    x += stride << 2;
  }
}
