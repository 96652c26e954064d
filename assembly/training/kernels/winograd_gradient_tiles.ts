import { inputRow } from "../../kernels/winograd_4x4_f32";
import { Task } from "../task";
import { transposeFour } from "../transpose_four";

/**
 * The transforms of the filter's gradient in Winograd's domain, four channels side by side in the lanes: F(4x4, 3x3) of Lavin and
 * Gray 2016, section 4.3, transposed. dw = G^T ((A g A^T) x (B^T d B)) G.
 *
 * Layout    x, g: planes; y: the 36 transformed values of a tile, `pitch` bytes apart, tiles `step` bytes apart.
 * Tile      4 channels of a tile: 6 x 6 pixels of x, 4 x 4 of g.
 * Requires  work: (4 * columns + 2) + 6 * columns * (4 * rows + 2) vectors.
 * Oracle    src/ops/conv.ts `evaluate`, through winograd_filter_gradient.
 */

const VECTOR = 16;

/** Four values in, six out: the rows of A. */
function gradientRow(g0: v128, g1: v128, g2: v128, g3: v128, y: usize, pitch: usize): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const even = f32x4.add(g0, g2);
  const odd = f32x4.add(g1, g3);
  const evenFar = f32x4.add(g0, f32x4.mul(four, g2));
  const oddFar = f32x4.mul(two, f32x4.add(g1, f32x4.mul(four, g3)));
  v128.store(y, g0);
  v128.store(y + pitch, f32x4.add(even, odd));
  v128.store(y + 2 * pitch, f32x4.sub(even, odd));
  v128.store(y + 3 * pitch, f32x4.add(evenFar, oddFar));
  v128.store(y + 4 * pitch, f32x4.sub(evenFar, oddFar));
  v128.store(y + 5 * pitch, g3);
}

/** B^T d B of `channels` planes at x, up to 4, for `rows` rows of `columns` tiles. */
export function inputTiles(
  t: Task,
  x: usize,
  channels: i32,
  firstRow: i32,
  rows: i32,
  columns: i32,
  work: usize,
  y: usize,
  step: usize,
  pitch: usize,
): void {
  const lineBytes = (4 * columns + 2) * VECTOR;
  const rowBytes = 6 * columns * VECTOR;
  const inside = min(t.iw, 4 * columns + 2 - t.left);
  memory.fill(work, 0, lineBytes);
  let to = work + lineBytes;
  for (let r = 4 * firstRow - t.top, end = r + 4 * rows + 2; r < end; r++, to += rowBytes) {
    if (r < 0 || r >= t.ih) {
      memory.fill(to, 0, rowBytes);
      continue;
    }
    transposeFour(x + ((r * t.iw) << 2), (t.ih * t.iw) << 2, channels, inside, work + t.left * VECTOR, VECTOR);
    let d = work;
    for (let u = to; u < to + rowBytes; u += 6 * VECTOR, d += 4 * VECTOR) {
      inputRow(
        v128.load(d),
        v128.load(d, 16),
        v128.load(d, 32),
        v128.load(d, 48),
        v128.load(d, 64),
        v128.load(d, 80),
        u,
        VECTOR,
      );
    }
  }
  let from = work + lineBytes;
  for (; rows > 0; rows--, from += 3 * rowBytes) {
    for (const end = from + rowBytes; from < end; y += step) {
      let value = y;
      for (const next = from + 6 * VECTOR; from < next; from += VECTOR, value += pitch) {
        const d2 = from + 2 * rowBytes;
        const d4 = d2 + 2 * rowBytes;
        inputRow(
          v128.load(from),
          v128.load(from + rowBytes),
          v128.load(d2),
          v128.load(d2 + rowBytes),
          v128.load(d4),
          v128.load(d4 + rowBytes),
          value,
          6 * pitch,
        );
      }
    }
  }
}

/** A g A^T of `channels` planes at g, up to 4, for `rows` rows of `columns` tiles; zeros behind the planes' edges. */
export function gradientTiles(
  t: Task,
  g: usize,
  channels: i32,
  firstRow: i32,
  rows: i32,
  columns: i32,
  work: usize,
  y: usize,
  step: usize,
  pitch: usize,
): void {
  const lineBytes = 4 * columns * VECTOR;
  const rowBytes = 6 * columns * VECTOR;
  memory.fill(work, 0, lineBytes);
  let to = work + lineBytes;
  for (let r = 4 * firstRow, end = r + 4 * rows; r < end; r++, to += rowBytes) {
    if (r >= t.oh) {
      memory.fill(to, 0, rowBytes);
      continue;
    }
    transposeFour(g + ((r * t.ow) << 2), (t.oh * t.ow) << 2, channels, t.ow, work, VECTOR);
    let d = work;
    for (let u = to; u < to + rowBytes; u += 6 * VECTOR, d += 4 * VECTOR) {
      gradientRow(v128.load(d), v128.load(d, 16), v128.load(d, 32), v128.load(d, 48), u, VECTOR);
    }
  }
  let from = work + lineBytes;
  for (; rows > 0; rows--, from += 3 * rowBytes) {
    for (const end = from + rowBytes; from < end; y += step) {
      let value = y;
      for (const next = from + 6 * VECTOR; from < next; from += VECTOR, value += pitch) {
        const g2 = from + 2 * rowBytes;
        gradientRow(
          v128.load(from),
          v128.load(from + rowBytes),
          v128.load(g2),
          v128.load(g2 + rowBytes),
          value,
          6 * pitch,
        );
      }
    }
  }
}

/** Six values in, three out: the rows of G^T. */
function filterRow(x: usize, pitch: usize, y: usize, yPitch: usize): void {
  const sixth = f32x4.splat(1.0 / 6);
  const twelfth = f32x4.splat(1.0 / 12);
  const m1 = v128.load(x + pitch);
  const m2 = v128.load(x + 2 * pitch);
  const m3 = v128.load(x + 3 * pitch);
  const m4 = v128.load(x + 4 * pitch);
  const near = f32x4.mul(sixth, f32x4.add(m1, m2));
  const far = f32x4.mul(sixth, f32x4.add(m3, m4));
  const quarter = f32x4.splat(0.25);
  v128.store(y, f32x4.sub(f32x4.mul(quarter, f32x4.add(v128.load(x), far)), near));
  const slope = f32x4.mul(sixth, f32x4.sub(m2, m1));
  v128.store(y + yPitch, f32x4.add(slope, f32x4.mul(twelfth, f32x4.sub(m3, m4))));
  v128.store(y + 2 * yPitch, f32x4.add(f32x4.sub(far, near), v128.load(x + 5 * pitch)));
}

/** G^T m G of 36 vectors `pitch` bytes apart: 9 taps, `yPitch` bytes apart. work: 18 vectors. */
export function filterTaps(m: usize, pitch: usize, work: usize, y: usize, yPitch: usize): void {
  for (let j: usize = 0; j < 6; j++) filterRow(m + j * pitch, 6 * pitch, work + j * VECTOR, 6 * VECTOR);
  for (let i: usize = 0; i < 3; i++) filterRow(work + i * 6 * VECTOR, VECTOR, y + 3 * i * yPitch, yPitch);
}
