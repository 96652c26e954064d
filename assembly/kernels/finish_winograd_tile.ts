import { Winograd } from "../abi";
import { clamp, clampScalar } from "../simd";
import { planeWritten, Step } from "../step";
import { outputRowBytes } from "./winograd_f32";

/**
 * The end of Winograd's tiles of one output channel: y = clamp(tile + b[o] + z), for what of them lies inside the output.
 *
 * Layout    tiles: m rows of m pixels, `outputRowBytes` apart, tile behind tile; place: for each tile what conv_winograd_f32 notes; y, z:
 *           oc planes of oh x ow, where `writes` says, a tile's pixels dh rows and columns apart.
 * Tile      1 to 4 tiles. With a dilation of 2 they come in pairs that lie side by side.
 * Reads     z in whole vectors.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */
export function finishWinogradTiles(s: Step, count: i32, tiles: usize, place: usize, o: i32): void {
  const m = s.depth;
  const tileBytes = (m as usize) * outputRowBytes(m);
  if (s.dh == 2) {
    storePair(s, tiles, place, o);
    if (count > 2) storePair(s, tiles + 2 * tileBytes, place + 2 * Winograd.noteBytes, o);
    return;
  }
  for (; count > 0; count--) {
    if (s.dh > 1 || m == 5) storeRows(s, tiles, place, o);
    else if (m == 4) storeTile4(s, tiles, place, o);
    else storeTile2(s, tiles, place, o);
    tiles += tileBytes;
    place += Winograd.noteBytes;
  }
}

/** Two tiles whose columns alternate. */
function storePair(s: Step, tiles: usize, place: usize, o: i32): void {
  const m = s.depth;
  const rowBytes = outputRowBytes(m);
  const other: usize = (m as usize) * rowBytes;
  const width = load<i32>(place, 12) + load<i32>(place + Winograd.noteBytes, 12);
  const step = (s.ow as usize) << 3;
  const bias = v128.load32_splat(s.b + ((o as usize) << 2));
  let y = s.y + planeWritten(s, o, ((s.oh * s.ow) as usize) << 2) + load<u32>(place, 4);
  for (let height = load<i32>(place, 8); height > 0; height--) {
    const a = v128.load(tiles);
    const b = v128.load(tiles + other);
    storeSome(s, width, y, v128.shuffle<f32>(a, b, 0, 4, 1, 5), bias);
    if (width > 4) storeSome(s, width - 4, y + 16, v128.shuffle<f32>(a, b, 2, 6, 3, 7), bias);
    if (width > 8) {
      const last = f32x4.replace_lane(v128.load32_splat(tiles + 16), 1, load<f32>(tiles + other, 16));
      storeSome(s, width - 8, y + 32, last, bias);
    }
    tiles += rowBytes;
    y += step;
  }
}

/** Four neighbouring pixels, or the first `count` of them. */
function storeSome(s: Step, count: i32, y: usize, v: v128, bias: v128): void {
  v = f32x4.add(v, bias);
  if (s.z != 0) v = f32x4.add(v, v128.load(s.z + (y - s.y)));
  v = clamp(v, f32x4.splat(s.lo), f32x4.splat(s.hi));
  if (count >= 4) {
    v128.store(y, v);
    return;
  }
  if (count & 2) {
    v128.store64_lane(y, v, 0);
    v = v128.shuffle<f32>(v, v, 2, 3, 0, 1);
    y += 8;
  }
  if (count & 1) v128.store32_lane(y, v, 0);
}

function storePixel(s: Step, v: f32, y: usize): void {
  if (s.z != 0) v += load<f32>(s.z + (y - s.y));
  store<f32>(y, clampScalar(v, s.lo, s.hi));
}

/** One tile, row by row; with a dilation its pixels are apart. */
function storeRows(s: Step, tile: usize, place: usize, o: i32): void {
  const rowBytes = outputRowBytes(s.depth);
  const width = load<i32>(place, 12);
  const bias = load<f32>(s.b + ((o as usize) << 2));
  const step = (s.dh as usize) << 2;
  let y = s.y + planeWritten(s, o, ((s.oh * s.ow) as usize) << 2) + load<u32>(place, 4);
  for (let height = load<i32>(place, 8); height > 0; height--) {
    for (let i = 0; i < width; i++) {
      storePixel(s, load<f32>(tile + ((i as usize) << 2)) + bias, y + (i as usize) * step);
    }
    tile += rowBytes;
    y += (s.ow as usize) * step;
  }
}

/** A 4 x 4 tile of one output channel, with bias, residual and clamp; what lies outside the plane is left out. */
function storeTile4(s: Step, from: usize, place: usize, o: i32): void {
  const pitch = (s.ow as usize) << 2;
  const at = planeWritten(s, o, (s.oh as usize) * pitch) + load<u32>(place, 4);
  if (load<i32>(place, 12) < 4) return storeRows(s, from, place, o);
  const bias = v128.load32_splat(s.b + ((o as usize) << 2));
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const zMinusY: usize = s.z - s.y;
  let to = s.y + at;
  for (let i = load<i32>(place, 8); i > 0; i--) {
    let v = f32x4.add(v128.load(from), bias);
    if (s.z != 0) v = f32x4.add(v, v128.load(to + zMinusY));
    v128.store(to, clamp(v, lo, hi));
    from += 16;
    to += pitch;
  }
}

/** The same of a 2 x 2 tile, which is one vector. */
function storeTile2(s: Step, from: usize, place: usize, o: i32): void {
  if (load<i32>(place, 8) < 2 || load<i32>(place, 12) < 2) return storeRows(s, from, place, o);
  const pitch = (s.ow as usize) << 2;
  const to = s.y + planeWritten(s, o, (s.oh as usize) * pitch) + load<u32>(place, 4);
  const below = to + pitch;
  let v = f32x4.add(v128.load(from), v128.load32_splat(s.b + ((o as usize) << 2)));
  if (s.z != 0) {
    const zMinusY: usize = s.z - s.y;
    v = f32x4.add(v, v128.load64_lane(below + zMinusY, v128.load64_zero(to + zMinusY), 1));
  }
  v = clamp(v, f32x4.splat(s.lo), f32x4.splat(s.hi));
  v128.store64_lane(to, v, 0);
  v128.store64_lane(below, v, 1);
}
