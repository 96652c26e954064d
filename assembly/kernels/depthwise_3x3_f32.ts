import { padPlanes } from "../pack/planes";
import { clamp, madd } from "../simd";
import { Step } from "../step";

/**
 * Depthwise 3x3 convolution of one image, stride 1 or 2, one output plane an input plane.
 *
 * Layout    x: ic planes of ih x iw; f: [ic][9]; b: ic floats; y: ic planes of oh x ow.
 * Tile      stride 1: 2 rows x 4 pixels; stride 2: 1 row x 4 pixels; 9 weights stay in registers.
 * Requires  as depthwise_f32; dilation 1.
 * Writes    whole vectors, as depthwise_f32; with 2 rows at a time the second row is stored first.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function depthwise_3x3s1_f32(s: Step): void {
  const widthBytes = ((s.iw + s.left + s.right) as usize) << 2;
  const rowBytes = (s.ow as usize) << 2;
  let y = s.y;
  for (let c = 0; c < s.ic; c++) {
    pad(s, c);
    const f = s.f + (c as usize) * 36;
    const b = s.b + ((c as usize) << 2);
    let x = s.scratch;
    let p = s.oh;
    for (; p >= 2; p -= 2) {
      twoRows(x, widthBytes, f, b, y, rowBytes, s.lo, s.hi);
      x += widthBytes << 1;
      y += rowBytes << 1;
    }
    if (p == 1) {
      oneRow(x, widthBytes, f, b, y, rowBytes, s.lo, s.hi);
      y += rowBytes;
    }
  }
}

/** See `depthwise_3x3s1_f32`. */
export function depthwise_3x3s2_f32(s: Step): void {
  const widthBytes = ((s.iw + s.left + s.right) as usize) << 2;
  const rowBytes = (s.ow as usize) << 2;
  let y = s.y;
  for (let c = 0; c < s.ic; c++) {
    pad(s, c);
    const f = s.f + (c as usize) * 36;
    const b = s.b + ((c as usize) << 2);
    let x = s.scratch;
    for (let p = 0; p < s.oh; p++) {
      oneRowStride2(x, widthBytes, f, b, y, rowBytes, s.lo, s.hi);
      x += widthBytes << 1;
      y += rowBytes;
    }
  }
}

function pad(s: Step, c: i32): void {
  padPlanes(1, s.x + (((c * s.ih * s.iw) as usize) << 2), s.ih, s.iw, s.scratch, s.top, s.left, s.bottom, s.right, 0);
}

/** One row of three taps onto an accumulator. */
function taps(x0: v128, x1: v128, x2: v128, f0: v128, f1: v128, f2: v128, acc: v128): v128 {
  return madd(x2, f2, madd(x1, f1, madd(x0, f0, acc)));
}

function twoRows(x: usize, width: usize, f: usize, b: usize, y: usize, rowBytes: usize, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const bias = v128.load32_splat(b);
  const f0 = v128.load32_splat(f);
  const f1 = v128.load32_splat(f, 4);
  const f2 = v128.load32_splat(f, 8);
  const f3 = v128.load32_splat(f, 12);
  const f4 = v128.load32_splat(f, 16);
  const f5 = v128.load32_splat(f, 20);
  const f6 = v128.load32_splat(f, 24);
  const f7 = v128.load32_splat(f, 28);
  const f8 = v128.load32_splat(f, 32);
  // From the right, so that the vector that reaches over the end of the first row is stored before the second row begins.
  let at: usize = ((rowBytes + 15) & ~(15 as usize)) - 16;
  for (;;) {
    let q = x + at;
    let x0 = v128.load(q);
    let x1 = v128.load(q, 4);
    let x2 = v128.load(q, 8);
    let acc0 = taps(x0, x1, x2, f0, f1, f2, bias);
    q += width;
    x0 = v128.load(q);
    x1 = v128.load(q, 4);
    x2 = v128.load(q, 8);
    acc0 = taps(x0, x1, x2, f3, f4, f5, acc0);
    let acc1 = taps(x0, x1, x2, f0, f1, f2, bias);
    q += width;
    x0 = v128.load(q);
    x1 = v128.load(q, 4);
    x2 = v128.load(q, 8);
    acc0 = taps(x0, x1, x2, f6, f7, f8, acc0);
    acc1 = taps(x0, x1, x2, f3, f4, f5, acc1);
    q += width;
    x0 = v128.load(q);
    x1 = v128.load(q, 4);
    x2 = v128.load(q, 8);
    acc1 = taps(x0, x1, x2, f6, f7, f8, acc1);
    v128.store(y + at, clamp(acc0, lo, hi));
    v128.store(y + at + rowBytes, clamp(acc1, lo, hi));
    if (at == 0) break;
    at -= 16;
  }
}

function oneRow(x: usize, width: usize, f: usize, b: usize, y: usize, rowBytes: usize, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const bias = v128.load32_splat(b);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    let acc = bias;
    let q = x + at;
    for (let w = f; w < f + 36; w += 12) {
      acc = madd(v128.load(q), v128.load32_splat(w), acc);
      acc = madd(v128.load(q, 4), v128.load32_splat(w, 4), acc);
      acc = madd(v128.load(q, 8), v128.load32_splat(w, 8), acc);
      q += width;
    }
    v128.store(y + at, clamp(acc, lo, hi));
  }
}

/** Even and odd columns apart by shuffles; the third tap is the even columns one further. */
function oneRowStride2(
  x: usize,
  width: usize,
  f: usize,
  b: usize,
  y: usize,
  rowBytes: usize,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const bias = v128.load32_splat(b);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    let acc = bias;
    let q = x + (at << 1);
    for (let w = f; w < f + 36; w += 12) {
      const left = v128.load(q);
      const right = v128.load(q, 16);
      const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
      const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
      const next = v128.shuffle<f32>(even, v128.load32_splat(q, 32), 1, 2, 3, 4);
      acc = madd(even, v128.load32_splat(w), acc);
      acc = madd(odd, v128.load32_splat(w, 4), acc);
      acc = madd(next, v128.load32_splat(w, 8), acc);
      q += width;
    }
    v128.store(y + at, clamp(acc, lo, hi));
  }
}
