import { Winograd } from "../abi";
import { copyPlane } from "../pack/plane";
import { clamp, clampScalar } from "../simd";
import { Step } from "../step";
import { endOf, firstOf, scratchOf, threadCount } from "../threads";
import { fetch, gemmTile, paddedRows, tileLanes, tileRows } from "./gemm_f32";
import { winogradInput2, winogradOutput2 } from "./winograd_2x2_f32";
import { winogradInput4, winogradOutput4 } from "./winograd_4x4_f32";
import { winogradInput5x5, winogradOutput5x5 } from "./winograd_5x5_f32";

/** Panels of tiles a thread must get for the tiles to be divided; with fewer, the output channels are. */
const PANELS_EACH = 2;

/**
 * Convolution 3 x 3 or 5 x 5, stride 1, of one image and one group, by Winograd's F(m x m, k x k): one matrix product for each of
 * the (m + k - 1)^2 values of a transformed tile of m x m output pixels. 5 x 5 has m = 4.
 *
 * Layout    x: ic planes of ih x iw; top, left, bottom, right: padding that covers whole tiles; f: [value][panel][ic][rows],
 *           transformed, rows as `tileRows` says, the last panel filled up with zeros; b: oc floats; y, z: oc planes of oh x ow.
 * Tile      `most` (6, or 4 with splats by shuffles) output channels x 8 tiles; `block` panels of 8 tiles are transformed at a time.
 * Requires  share: values x (block * 8 * ic floats and 64 bytes), values x (block * 8 * oc filled up to whole panels floats and 64
 *           bytes), block * 8 notes of 16 bytes, 2 KB, and the rows of a padded plane that a block's tiles read.
 * Writes    exactly y. A number that is not finite spreads over its tile. Threads divide the tiles, or the output channels.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
function conv(s: Step, most: i32, m: i32): void {
  const tiles = ((s.ow + m - 1) / m) * ((s.oh + m - 1) / m);
  const panels = (tiles + 7) >> 3;
  const rowPanels = (s.oc + most - 1) / most;
  if (panels >= PANELS_EACH * threadCount()) {
    convPart(s, most, m, firstOf(panels), endOf(panels), 0, s.oc);
  } else {
    convPart(s, most, m, 0, panels, firstOf(rowPanels) * most, min(s.oc, endOf(rowPanels) * most));
  }
}

/** The output channels `firstRow` to `endRow` of the panels of tiles `firstPanel` to `endPanel`. */
function convPart(s: Step, most: i32, m: i32, firstPanel: i32, endPanel: i32, firstRow: i32, endRow: i32): void {
  if (firstRow >= endRow) return;
  const side = m + s.kh - 1;
  const values = (side * side) as usize;
  const tiles = ((s.ow + m - 1) / m) * ((s.oh + m - 1) / m);
  const xPitch = (((s.block * s.ic) as usize) << 5) + Winograd.apart;
  const yPitch = (((s.block * paddedRows(most, s.oc)) as usize) << 5) + Winograd.apart;
  const from = scratchOf(s);
  const to = from + values * xPitch;
  const places = to + values * yPitch;
  const spare = places + ((s.block << 3) as usize) * Winograd.noteBytes;
  for (let panel = firstPanel; panel < endPanel; panel += s.block) {
    const first = panel << 3;
    const count = min(min(endPanel, panel + s.block) << 3, tiles) - first;
    findTiles(s, m, first, count, places);
    transformInput(s, m, first, count, places, from, xPitch, spare);
    multiply(s, most, values, count, firstRow, endRow, from, xPitch, to, yPitch);
    transformOutput(s, m, count, places, firstRow, endRow, to, yPitch, spare);
  }
}

/**
 * For each tile 16 bytes: where it begins in the padded rows that the tiles read, where in an output plane, and how many of its
 * rows and columns lie inside the output. Tiles behind the last one, up to whole vectors, repeat it.
 */
function findTiles(s: Step, m: i32, first: i32, count: i32, places: usize): void {
  const across = (s.ow + m - 1) / m;
  const top = (first / across) * m;
  const width = s.left + s.iw + s.right;
  for (let i = 0; i < ((count + 3) & ~3); i++) {
    const tile = first + min(i, count - 1);
    const row = (tile / across) * m;
    const column = (tile % across) * m;
    store<i32>(places, ((row - top) * width + column) << 2);
    store<i32>(places, (row * s.ow + column) << 2, 4);
    store<i32>(places, min(m, s.oh - row), 8);
    store<i32>(places, min(m, s.ow - column), 12);
    places += Winograd.noteBytes;
  }
}

/**
 * Channel after channel, so that neighbouring tiles meet in the nearest cache on both sides; so do the channel's rows, which are
 * copied into padded ones first.
 */
function transformInput(
  s: Step,
  m: i32,
  first: i32,
  count: i32,
  places: usize,
  to: usize,
  pitch: usize,
  spare: usize,
): void {
  const across = (s.ow + m - 1) / m;
  const rowBytes = ((s.left + s.iw + s.right) as usize) << 2;
  const planeBytes = ((s.ih * s.iw) as usize) << 2;
  // The rows of the plane that the tiles read, and where they stand among the padded ones.
  const top = (first / across) * m - s.top;
  const rows = ((first + count - 1) / across) * m - s.top + m + s.kh - 1 - top;
  const begin = max(0, top);
  const height = max(0, min(s.ih, top + rows) - begin);
  const padded = spare + Winograd.spareBytes;
  memory.fill(padded, 0, (rows as usize) * rowBytes);
  let x = s.x + (((begin * s.iw) as usize) << 2);
  for (let c = 0; c < s.ic; c++) {
    copyPlane(x, height, s.iw, padded, rowBytes, begin - top, s.left);
    let place = places;
    for (let t = 0; t < count; t += 4) {
      const lanes = tileLanes(count - (t & ~7));
      const y = to + ((((t >> 3) * s.ic) as usize) << 5) + (((c * lanes + (t & 7)) as usize) << 2);
      const p0 = padded + load<u32>(place);
      const p1 = padded + load<u32>(place, Winograd.noteBytes);
      const p2 = padded + load<u32>(place, 2 * Winograd.noteBytes);
      const p3 = padded + load<u32>(place, 3 * Winograd.noteBytes);
      if (s.kh == 5) winogradInput5x5(p0, p1, p2, p3, rowBytes, spare, y, pitch);
      else if (m == 4) winogradInput4(p0, p1, p2, p3, rowBytes, spare, y, pitch);
      else winogradInput2(p0, p1, p2, p3, rowBytes, spare, y, pitch);
      place += 4 * Winograd.noteBytes;
    }
    x += planeBytes;
  }
}

function multiply(
  s: Step,
  most: i32,
  values: usize,
  tiles: i32,
  firstRow: i32,
  endRow: i32,
  from: usize,
  xPitch: usize,
  to: usize,
  yPitch: usize,
): void {
  const rowBytes = (((tiles + 7) >> 3) as usize) << 5;
  const panelBytes = (s.ic as usize) << 5;
  const valueBytes = ((paddedRows(most, s.oc) * s.ic) as usize) << 2;
  let fetched = 0;
  for (let value: usize = 0; value < values; value++) {
    fetched |= fetch(from + value * xPitch, (((tiles * s.ic) as usize) << 2) + 60);
    for (let o = firstRow; o < endRow; o += most) {
      const rows = tileRows(most, s.oc - o);
      const f = s.f + value * valueBytes + (((o * s.ic) as usize) << 2);
      fetched |= fetch(f, ((rows * s.ic) as usize) << 2);
      let x = from + value * xPitch;
      let y = to + value * yPitch + (o as usize) * rowBytes;
      for (let t = 0; t < tiles; t += 8) {
        const lanes = tileLanes(tiles - t);
        gemmTile(most, rows, lanes, s.ic, f, x, (lanes as usize) << 2, y, rowBytes, false);
        x += panelBytes;
        y += 32;
      }
    }
  }
  store<i32>(from - 4 + xPitch, fetched);
}

function transformOutput(
  s: Step,
  m: i32,
  count: i32,
  places: usize,
  firstRow: i32,
  endRow: i32,
  from: usize,
  pitch: usize,
  spare: usize,
): void {
  const rowBytes = (((count + 7) >> 3) as usize) << 5;
  for (let o = firstRow; o < endRow; o++) {
    let x = from + (o as usize) * rowBytes;
    let place = places;
    for (let t = 0; t < count; t += 4) {
      let tile = spare;
      if (s.kh == 5) winogradOutput5x5(x, pitch, spare);
      else if (m == 4) winogradOutput4(x, pitch, spare);
      else winogradOutput2(x, pitch, spare);
      for (let k = min(4, count - t); k > 0; k--) {
        if (m == 4) storeTile4(s, tile, place, o);
        else storeTile2(s, tile, place, o);
        tile += (m * m) << 2;
        place += Winograd.noteBytes;
      }
      x += 16;
    }
  }
}

/** A 4 x 4 tile of one output channel, with bias, residual and clamp; what lies outside the plane is left out. */
function storeTile4(s: Step, from: usize, place: usize, o: i32): void {
  const pitch = (s.ow as usize) << 2;
  const at = ((o * s.oh) as usize) * pitch + load<u32>(place, 4);
  if (load<i32>(place, 12) < 4) return storeCorner(s, from, 16, place, o);
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
  if (load<i32>(place, 8) < 2 || load<i32>(place, 12) < 2) return storeCorner(s, from, 8, place, o);
  const pitch = (s.ow as usize) << 2;
  const to = s.y + ((o * s.oh) as usize) * pitch + load<u32>(place, 4);
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

function storeCorner(s: Step, from: usize, fromPitch: usize, place: usize, o: i32): void {
  const pitch = (s.ow as usize) << 2;
  const bias = load<f32>(s.b + ((o as usize) << 2));
  const width = (load<i32>(place, 12) as usize) << 2;
  let at = ((o * s.oh) as usize) * pitch + load<u32>(place, 4);
  for (let height = load<i32>(place, 8); height > 0; height--) {
    for (let i: usize = 0; i < width; i += 4) {
      let v = load<f32>(from + i) + bias;
      if (s.z != 0) v += load<f32>(s.z + at + i);
      store<f32>(s.y + at + i, clampScalar(v, s.lo, s.hi));
    }
    from += fromPitch;
    at += pitch;
  }
}

/** `conv` by tiles of 4 x 4 pixels. */
export function conv_winograd_4x4_f32_6x8(s: Step): void {
  conv(s, 6, 4);
}

/** `conv` by tiles of 4 x 4 pixels, splats by shuffles. */
export function conv_winograd_4x4_f32_4x8s(s: Step): void {
  conv(s, 4, 4);
}

/** `conv` by tiles of 2 x 2 pixels: fewer transformed weights, and less waste on small planes. */
export function conv_winograd_2x2_f32_6x8(s: Step): void {
  conv(s, 6, 2);
}

/** `conv` by tiles of 2 x 2 pixels, splats by shuffles. */
export function conv_winograd_2x2_f32_4x8s(s: Step): void {
  conv(s, 4, 2);
}
