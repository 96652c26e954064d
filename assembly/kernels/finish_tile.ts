import { clamp, clampScalar } from "../simd";

/**
 * The end of a tile: y = clamp(tile + b[oc] + z), for what of it lies inside the output.
 *
 * Layout    tile: rows of 8 floats; b: a float a row; y and z: planar, rows `yPitch` bytes apart or, where
 *           `writes` is not 0, where that table says, in bytes behind y and z.
 * Tile      `rows` x `columns`, at most 8 columns.
 * Requires  z 0: no residual; z may be y.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_f32.
 */
export function finishTile(
  rows: i32,
  columns: i32,
  tile: usize,
  b: usize,
  y: usize,
  yPitch: usize,
  z: usize,
  writes: usize,
  lo: f32,
  hi: f32,
): void {
  if (columns < 8) return finishPart(rows, columns, tile, b, y, yPitch, z, writes, lo, hi);
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  let at: usize = 0;
  for (; rows > 0; rows--) {
    if (writes != 0) {
      at = load<u32>(writes);
      writes += 4;
    }
    const bias = v128.load32_splat(b);
    let v03 = f32x4.add(v128.load(tile), bias);
    let v47 = f32x4.add(v128.load(tile, 16), bias);
    if (z != 0) {
      v03 = f32x4.add(v03, v128.load(z + at));
      v47 = f32x4.add(v47, v128.load(z + at, 16));
    }
    v128.store(y + at, clamp(v03, least, most));
    v128.store(y + at, clamp(v47, least, most), 16);
    tile += 32;
    b += 4;
    at += yPitch;
  }
}

function finishPart(
  rows: i32,
  columns: i32,
  tile: usize,
  b: usize,
  y: usize,
  yPitch: usize,
  z: usize,
  writes: usize,
  lo: f32,
  hi: f32,
): void {
  let at: usize = 0;
  for (; rows > 0; rows--) {
    if (writes != 0) {
      at = load<u32>(writes);
      writes += 4;
    }
    const bias = load<f32>(b);
    for (let i: usize = 0; i < (columns as usize) << 2; i += 4) {
      let v = load<f32>(tile + i) + bias;
      if (z != 0) v += load<f32>(z + at + i);
      store<f32>(y + at + i, clampScalar(v, lo, hi));
    }
    tile += 32;
    b += 4;
    at += yPitch;
  }
}
