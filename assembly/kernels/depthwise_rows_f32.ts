import { copyPlane, splitPlane } from "../pack/plane";
import { clamp, madd } from "../simd";
import { planeRead, Step } from "../step";
import { endOf, firstOf, scratchOf, storeUpTo } from "../threads";

/**
 * Depthwise convolution 3x3 and 5x5 of one image, stride 1 or 2 both ways, no dilation, one output plane an input plane.
 *
 * Layout    x: ic planes of ih x iw, where `reads` says; f: [ic][kh * kw]; b: ic floats; y, z: ic planes of oh x ow.
 * Tile      4 pixels of 2 rows (3x3 with stride 1; its 9 weights stay in registers) or of 1 row. Each plane is copied into a padded
 *           one; with stride 2 its even and odd columns stand apart, so that every tap reads whole vectors.
 * Requires  share: the padded plane, of rows of iw + left + right floats (with stride 2: filled up to 8, plus 8); and slack.
 * Writes    whole vectors: up to 3 elements behind each row, which the next row, or the slack, takes. Threads divide the planes.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function depthwise_rows_f32(s: Step): void {
  const scratch = scratchOf(s);
  const width = s.iw + s.left + s.right;
  const oddBytes: usize = s.sw == 2 ? (((width + 15) & ~7) as usize) << 1 : 4;
  const widthBytes: usize = s.sw == 2 ? oddBytes << 1 : (width as usize) << 2;
  memory.fill(scratch, 0, ((s.ih + s.top + s.bottom) as usize) * widthBytes);
  for (let c = firstOf(s.ic); c < endOf(s.ic); c++) {
    const x = s.x + planeRead(s, c, ((s.ih * s.iw) as usize) << 2);
    if (s.sw == 2) splitPlane(x, s.ih, s.iw, scratch, widthBytes, oddBytes, s.top, s.left);
    else copyPlane(x, s.ih, s.iw, scratch, widthBytes, s.top, s.left);
    plane(s, c, scratch, widthBytes, oddBytes);
  }
}

/** One output plane. */
function plane(s: Step, c: i32, x: usize, widthBytes: usize, oddBytes: usize): void {
  const rowBytes = (s.ow as usize) << 2;
  let at = ((c * s.oh) as usize) * rowBytes;
  let rows = s.oh;
  if (s.kh == 3 && s.sh == 1) {
    for (; rows >= 2; rows -= 2) {
      twoRows3(s, c, x, widthBytes, s.y + at, s.z == 0 ? 0 : s.z + at);
      x += widthBytes << 1;
      at += rowBytes << 1;
    }
  }
  for (; rows > 0; rows--) {
    row(s, c, x, widthBytes, oddBytes, s.y + at, s.z == 0 ? 0 : s.z + at);
    x += (s.sh as usize) * widthBytes;
    at += rowBytes;
  }
}

function row(s: Step, c: i32, x: usize, widthBytes: usize, oddBytes: usize, y: usize, z: usize): void {
  if (s.kh == 3) row3(s, c, x, widthBytes, oddBytes, y, z);
  else row5(s, c, x, widthBytes, oddBytes, y, z);
}

/** One row of three taps onto an accumulator. */
function taps(x0: v128, x1: v128, x2: v128, f0: v128, f1: v128, f2: v128, acc: v128): v128 {
  return madd(x2, f2, madd(x1, f1, madd(x0, f0, acc)));
}

/** Adds the residual where there is one, clamps, stores. */
function finish(s: Step, acc: v128, end: usize, y: usize, z: usize): void {
  if (z != 0) acc = f32x4.add(acc, v128.load(z));
  storeUpTo(end, y, clamp(acc, f32x4.splat(s.lo), f32x4.splat(s.hi)));
}

function twoRows3(s: Step, c: i32, x: usize, width: usize, y: usize, z: usize): void {
  const f = s.f + (c as usize) * 36;
  const b = s.b + ((c as usize) << 2);
  const rowBytes = (s.ow as usize) << 2;
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
    let acc0 = v128.load32_splat(b);
    let acc1 = acc0;
    let x0 = v128.load(q);
    let x1 = v128.load(q, 4);
    let x2 = v128.load(q, 8);
    acc0 = taps(x0, x1, x2, f0, f1, f2, acc0);
    q += width;
    x0 = v128.load(q);
    x1 = v128.load(q, 4);
    x2 = v128.load(q, 8);
    acc0 = taps(x0, x1, x2, f3, f4, f5, acc0);
    acc1 = taps(x0, x1, x2, f0, f1, f2, acc1);
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
    finish(s, acc0, y + rowBytes, y + at, z == 0 ? 0 : z + at);
    finish(s, acc1, y + 2 * rowBytes, y + at + rowBytes, z == 0 ? 0 : z + at + rowBytes);
    if (at == 0) break;
    at -= 16;
  }
}

/** Any stride: the second tap's column stands `oddBytes` behind the first's. */
function row3(s: Step, c: i32, x: usize, width: usize, oddBytes: usize, y: usize, z: usize): void {
  const f = s.f + (c as usize) * 36;
  const b = s.b + ((c as usize) << 2);
  const second: usize = s.sw == 2 ? 4 : 8;
  const f0 = v128.load32_splat(f);
  const f1 = v128.load32_splat(f, 4);
  const f2 = v128.load32_splat(f, 8);
  const f3 = v128.load32_splat(f, 12);
  const f4 = v128.load32_splat(f, 16);
  const f5 = v128.load32_splat(f, 20);
  const f6 = v128.load32_splat(f, 24);
  const f7 = v128.load32_splat(f, 28);
  const f8 = v128.load32_splat(f, 32);
  const rowBytes = (s.ow as usize) << 2;
  for (let at: usize = 0; at < rowBytes; at += 16) {
    let q = x + at;
    let acc = v128.load32_splat(b);
    acc = taps(v128.load(q), v128.load(q + oddBytes), v128.load(q + second), f0, f1, f2, acc);
    q += width;
    acc = taps(v128.load(q), v128.load(q + oddBytes), v128.load(q + second), f3, f4, f5, acc);
    q += width;
    acc = taps(v128.load(q), v128.load(q + oddBytes), v128.load(q + second), f6, f7, f8, acc);
    finish(s, acc, y + rowBytes, y + at, z == 0 ? 0 : z + at);
  }
}

function row5(s: Step, c: i32, x: usize, width: usize, oddBytes: usize, y: usize, z: usize): void {
  const f = s.f + (c as usize) * 100;
  const b = s.b + ((c as usize) << 2);
  const second: usize = s.sw == 2 ? 4 : 8;
  const rowBytes = (s.ow as usize) << 2;
  for (let at: usize = 0; at < rowBytes; at += 16) {
    let acc = v128.load32_splat(b);
    let q = x + at;
    for (let w = f; w < f + 100; w += 20) {
      acc = madd(v128.load(q), v128.load32_splat(w), acc);
      acc = madd(v128.load(q + oddBytes), v128.load32_splat(w, 4), acc);
      acc = madd(v128.load(q + second), v128.load32_splat(w, 8), acc);
      acc = madd(v128.load(q + second + oddBytes), v128.load32_splat(w, 12), acc);
      acc = madd(v128.load(q + 2 * second), v128.load32_splat(w, 16), acc);
      q += width;
    }
    finish(s, acc, y + rowBytes, y + at, z == 0 ? 0 : z + at);
  }
}
