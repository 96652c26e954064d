import { Winograd } from "../abi";
import { splitPhases } from "../pack/plane";
import { planeRead, Step } from "../step";
import { endOf, firstOf, scratchOf, threadCount } from "../threads";
import { finishWinogradTiles } from "./finish_winograd_tile";
import { fetch, gemmTile, paddedRows, tileLanes, tileRows } from "./gemm_f32";
import { winogradInput2, winogradOutput2 } from "./winograd_2x2_f32";
import { winogradInput4, winogradOutput4 } from "./winograd_4x4_f32";
import { winogradInput3, winogradOutput2x2 } from "./winograd_even_f32";
import { winogradInput, winogradOutput } from "./winograd_f32";

/** Panels of tiles a thread must get for the tiles to be divided; with fewer, the output channels are. */
const PANELS_EACH = 2;

/**
 * Convolution of one image and one group with a window of k x k, stride 1, by Winograd's F(m x m, k x k): one matrix product for
 * each of the (m + k - 1)^2 values of a transformed tile of m x m output pixels.
 *
 * With a dilation d every d-th row and column of the padded planes is a plane of its own, a phase, convolved without dilation into
 * every d-th row and column of the output. Tiles of all d x d phases are numbered together, those that meet in the output one
 * behind the other.
 *
 * Layout    x: ic planes of ih x iw, or those that `reads` lists; top, left, bottom, right: padding that covers whole tiles of all
 *           phases; f: [value][panel][ic][rows], transformed, rows as `tileRows` says, the last panel filled up with zeros; b: oc
 *           floats; y, z: oc planes of oh x ow. depth: m. m, k: 2, 2; 4, 2; 5, 2; 2, 3; 4, 3; 5, 4; 4, 5.
 * Tile      `most` (6, or 4 with splats by shuffles) output channels x 8 tiles; `block` panels of 8 tiles are transformed at a time.
 * Requires  dh and dw equal; share: values x (block * 8 * ic floats and 64 bytes), values x (block * 8 * oc filled up to whole panels
 *           floats and 64 bytes), block * 8 notes of 16 bytes, 2 KB, the rows of a padded plane that a block's tiles read, each of
 *           its phases' rows filled up to one length, and 16 bytes.
 * Writes    exactly y. A number that is not finite spreads over its tile. Threads divide the tiles, or the output channels.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
function conv(s: Step, most: i32): void {
  const tiles = tilesAcross(s) * tilesDown(s) * s.dh * s.dh;
  const panels = (tiles + 7) >> 3;
  const rowPanels = (s.oc + most - 1) / most;
  if (panels >= PANELS_EACH * threadCount()) {
    convPart(s, most, firstOf(panels), endOf(panels), 0, s.oc);
  } else {
    convPart(s, most, 0, panels, firstOf(rowPanels) * most, min(s.oc, endOf(rowPanels) * most));
  }
}

/** Tiles of each phase side by side: as many as the first one has, which is the largest. */
function tilesAcross(s: Step): i32 {
  const pixels = s.depth * s.dh;
  return (s.ow + pixels - 1) / pixels;
}

/** The same one below the other. */
function tilesDown(s: Step): i32 {
  const pixels = s.depth * s.dh;
  return (s.oh + pixels - 1) / pixels;
}

/** Elements of a row of one phase of a padded plane. */
function phaseWidth(s: Step): i32 {
  return (s.left + s.iw + s.right + s.dh - 1) / s.dh;
}

/** The output channels `firstRow` to `endRow` of the panels of tiles `firstPanel` to `endPanel`. */
function convPart(s: Step, most: i32, firstPanel: i32, endPanel: i32, firstRow: i32, endRow: i32): void {
  if (firstRow >= endRow) return;
  const side = s.depth + s.kh - 1;
  const values = (side * side) as usize;
  const tiles = tilesAcross(s) * tilesDown(s) * s.dh * s.dh;
  const xPitch = (((s.block * s.ic) as usize) << 5) + Winograd.apart;
  const yPitch = (((s.block * paddedRows(most, s.oc)) as usize) << 5) + Winograd.apart;
  const from = scratchOf(s);
  const to = from + values * xPitch;
  const places = to + values * yPitch;
  const spare = places + ((s.block << 3) as usize) * Winograd.noteBytes;
  for (let panel = firstPanel; panel < endPanel; panel += s.block) {
    const first = panel << 3;
    const count = min(min(endPanel, panel + s.block) << 3, tiles) - first;
    findTiles(s, first, count, places);
    transformInput(s, first, count, places, from, xPitch, spare);
    multiply(s, most, values, count, firstRow, endRow, from, xPitch, to, yPitch);
    transformOutput(s, count, places, firstRow, endRow, to, yPitch, spare);
  }
}

/**
 * For each tile 16 bytes: where it begins in the padded rows that the tiles read, where in an output plane, and how many of its
 * rows and columns lie inside the output. Tiles behind the last one, up to whole vectors, repeat it.
 */
function findTiles(s: Step, first: i32, count: i32, places: usize): void {
  const apart = s.dh;
  const m = s.depth;
  const across = tilesAcross(s);
  const top = (first / (apart * apart * across)) * m * apart;
  const width = phaseWidth(s);
  for (let i = 0; i < ((count + 3) & ~3); i++) {
    const tile = first + min(i, count - 1);
    const phase = tile % (apart * apart);
    const corner = tile / (apart * apart);
    const down = (corner / across) * m;
    const right = (corner % across) * m;
    const row = down * apart + phase / apart;
    const column = phase % apart;
    store<i32>(places, (((row - top) * apart + column) * width + right) << 2);
    store<i32>(places, (row * s.ow + right * apart + column) << 2, 4);
    store<i32>(places, min(m, (s.oh - row + apart - 1) / apart), 8);
    store<i32>(places, min(m, (s.ow - column + apart - 1) / apart - right), 12);
    places += Winograd.noteBytes;
  }
}

/**
 * Channel after channel, so that neighbouring tiles meet in the nearest cache on both sides; so do the channel's rows, which are
 * copied into padded ones first.
 */
function transformInput(s: Step, first: i32, count: i32, places: usize, to: usize, pitch: usize, spare: usize): void {
  const apart = s.dh;
  const m = s.depth;
  const side = m + s.kh - 1;
  const inRow = apart * apart * tilesAcross(s);
  const planeBytes = ((s.ih * s.iw) as usize) << 2;
  const phaseBytes = (phaseWidth(s) as usize) << 2;
  const rowBytes = (apart as usize) * phaseBytes;
  const tileRowBytes = (apart as usize) * rowBytes;
  // The rows of the plane that the tiles read, and where they stand among the padded ones.
  const top = (first / inRow) * m * apart - s.top;
  const rows = ((first + count - 1) / inRow) * m * apart - s.top + side * apart - top;
  const begin = max(0, top);
  const height = max(0, min(s.ih, top + rows) - begin);
  const padded = spare + Winograd.spareBytes;
  memory.fill(padded, 0, (rows as usize) * rowBytes);
  const offset = ((begin * s.iw) as usize) << 2;
  for (let c = 0; c < s.ic; c++) {
    splitPhases(
      apart,
      s.x + planeRead(s, c, planeBytes) + offset,
      height,
      s.iw,
      padded,
      rowBytes,
      phaseBytes,
      begin - top,
      s.left,
    );
    let place = places;
    for (let t = 0; t < count; t += 4) {
      const lanes = tileLanes(count - (t & ~7));
      const y = to + ((((t >> 3) * s.ic) as usize) << 5) + (((c * lanes + (t & 7)) as usize) << 2);
      const p0 = padded + load<u32>(place);
      const p1 = padded + load<u32>(place, Winograd.noteBytes);
      const p2 = padded + load<u32>(place, 2 * Winograd.noteBytes);
      const p3 = padded + load<u32>(place, 3 * Winograd.noteBytes);
      if (side == 6) winogradInput4(p0, p1, p2, p3, tileRowBytes, spare, y, pitch);
      else if (side == 4) winogradInput2(p0, p1, p2, p3, tileRowBytes, spare, y, pitch);
      else if (side == 3) winogradInput3(p0, p1, p2, p3, tileRowBytes, y, pitch);
      else winogradInput(side, p0, p1, p2, p3, tileRowBytes, spare, y, pitch);
      place += 4 * Winograd.noteBytes;
    }
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
  count: i32,
  places: usize,
  firstRow: i32,
  endRow: i32,
  from: usize,
  pitch: usize,
  spare: usize,
): void {
  const m = s.depth;
  const side = m + s.kh - 1;
  const rowBytes = (((count + 7) >> 3) as usize) << 5;
  for (let o = firstRow; o < endRow; o++) {
    let x = from + (o as usize) * rowBytes;
    let place = places;
    for (let t = 0; t < count; t += 4) {
      if (side == 6 && m == 4) winogradOutput4(x, pitch, spare);
      else if (side == 4) winogradOutput2(x, pitch, spare);
      else if (side == 3) winogradOutput2x2(x, pitch, spare);
      else winogradOutput(m, side, x, pitch, spare);
      finishWinogradTiles(s, min(4, count - t), spare, place, o);
      x += 16;
      place += 4 * Winograd.noteBytes;
    }
  }
}

/** `conv` by tiles of 6 output channels. */
export function conv_winograd_f32_6x8(s: Step): void {
  conv(s, 6);
}

/** `conv` by tiles of 4 output channels, splats by shuffles. */
export function conv_winograd_f32_4x8s(s: Step): void {
  conv(s, 4);
}
