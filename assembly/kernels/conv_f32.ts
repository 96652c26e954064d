import { Abi } from "../abi";
import { packPanel } from "../pack/panel";
import { packRows } from "../pack/rows";
import { planeWritten, Step } from "../step";
import { endOf, firstOf, scratchOf, threadCount } from "../threads";
import { finishTile } from "./finish_tile";
import { fetch, gemmTile, tileLanes, tileRows } from "./gemm_f32";

/** Panels of pixels a thread must get for the pixels to be divided; with fewer, the output channels are. */
const PANELS_EACH = 4;

/**
 * Convolution of one image and one group as a packed matrix product, any kernel, stride and dilation.
 *
 * Layout    x: ic planes of ih x iw, padded already, where `reads` says; f: panels [ic * kh * kw][rows], rows as `tileRows` says, the last one filled
 *           up with zeros; b: oc floats; y, z: oc planes of oh x ow, where `writes` says.
 *           table: kh * kw tap offsets, then oh * ow pixel offsets and 7 more (bytes, in the padded plane); 0 where a pixel's
 *           window is the pixel itself. Where ih is 0 the lowered matrix has only the rows of a list: ic is their number, kh and kw
 *           are 1, and the table has for each row the offset of its tap in its plane, from x on, in place of the taps' ones.
 * Tile      `most` (6, or 4 with splats by shuffles) output channels x 8 pixels; `block` panels of pixels and `depth` channels are
 *           packed at a time, and while there are more channels the tiles' sums wait in scratch.
 * Requires  share: block * 8 * depth * kh * kw floats, then a tile; where depth < ic, block tiles for each panel of the filter; 4
 *           bytes.
 * Writes    exactly y. Threads divide the pixels, or the output channels.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
function conv(s: Step, most: i32): void {
  const pixels = s.oh * s.ow;
  const panels = (pixels + 7) >> 3;
  const rowPanels = (s.oc + most - 1) / most;
  if (panels >= PANELS_EACH * threadCount()) {
    convPart(s, most, firstOf(panels), endOf(panels), 0, s.oc);
  } else {
    convPart(s, most, 0, panels, firstOf(rowPanels) * most, min(s.oc, endOf(rowPanels) * most));
  }
}

/** The output channels `firstRow` to `endRow` of the panels of pixels `firstPanel` to `endPanel`. */
function convPart(s: Step, most: i32, firstPanel: i32, endPanel: i32, firstRow: i32, endRow: i32): void {
  if (firstRow >= endRow) return;
  for (let panel = firstPanel; panel < endPanel; panel += s.block) {
    const end = min(endPanel, panel + s.block);
    for (let c = 0; c < s.ic; c += s.depth) {
      const channels = min(s.depth, s.ic - c);
      pack(s, panel, end, c, channels);
      multiply(s, most, panel, end, firstRow, endRow, c, channels);
    }
  }
}

/** Panels lie one behind the other; only the last of a plane may be narrower. */
function pack(s: Step, panel: i32, end: i32, c: i32, channels: i32): void {
  const pixels = s.oh * s.ow;
  const planeBytes = ((s.ih * s.iw) as usize) << 2;
  const x = s.reads == 0 ? s.x + (c as usize) * planeBytes : s.x;
  const reads: usize = s.reads == 0 ? 0 : s.reads + ((c as usize) << 2);
  let to = scratchOf(s);
  if (s.table == 0) {
    const first = panel << 3;
    return packRows(x + ((first as usize) << 2), channels, planeBytes, reads, min(end << 3, pixels) - first, to);
  }
  let taps = s.kh * s.kw;
  let tapTable = s.table;
  let pixelTable = tapTable + ((taps as usize) << 2);
  const panelBytes = ((channels * taps) as usize) << 5;
  if (s.ih == 0) {
    tapTable += (c as usize) << 2;
    pixelTable = s.table + ((s.ic as usize) << 2);
    taps = channels;
    channels = 1;
  }
  for (let p = panel << 3; p < min(end << 3, pixels); p += 8) {
    const at = pixelTable + ((p as usize) << 2);
    packPanel(x, channels, planeBytes, reads, tapTable, taps, at, tileLanes(pixels - p), to);
    to += panelBytes;
  }
}

/** The packed block times the filter; a panel of the filter stays in the nearest cache while the pixels pass. */
function multiply(s: Step, most: i32, panel: i32, end: i32, firstRow: i32, endRow: i32, c: i32, channels: i32): void {
  const taps = s.kh * s.kw;
  const pixels = s.oh * s.ow;
  const depth = channels * taps;
  const panelBytes = (depth as usize) << 5;
  const pitch = (pixels as usize) << 2;
  const again = c > 0;
  const last = c + channels == s.ic;
  // Where one pass over the channels is enough, all tiles are one.
  const tileBytes: usize = s.depth < s.ic ? (Abi.convTileBytes as usize) : 0;
  const scratch = scratchOf(s);
  let tile = scratch + (((s.block * s.depth * taps) as usize) << 5);
  const spare = scratch + (s.share as usize) - 4;
  let fetched = 0;
  for (let o = firstRow; o < endRow; o += most) {
    const rows = tileRows(most, s.oc - o);
    const f = s.f + ((((o * s.ic + c * rows) * taps) as usize) << 2);
    const b = s.b + ((o as usize) << 2);
    if (last && s.z != 0) {
      const from = s.z + ((panel as usize) << 5);
      const length = ((min(end << 3, pixels) - (panel << 3)) as usize) << 2;
      for (let r = 0; r < min(rows, s.oc - o); r++) fetched |= fetch(from + planeWritten(s, o + r, pitch), length);
    }
    fetched |= fetch(f, ((depth * rows) as usize) << 2);
    let x = scratch;
    const writes: usize = s.writes == 0 ? 0 : s.writes + ((o as usize) << 2);
    let y = s.y + ((panel as usize) << 5);
    if (writes == 0) y += (o as usize) * pitch;
    for (let p = panel << 3; p < min(end << 3, pixels); p += 8) {
      const lanes = tileLanes(pixels - p);
      gemmTile(most, rows, lanes, depth, f, x, (lanes as usize) << 2, tile, 32, again);
      const z: usize = s.z == 0 ? 0 : s.z + (y - s.y);
      if (last) finishTile(min(rows, s.oc - o), min(8, pixels - p), tile, b, y, pitch, z, writes, s.lo, s.hi);
      x += panelBytes;
      y += 32;
      tile += tileBytes;
    }
  }
  store<i32>(spare, fetched);
}

/** `conv` by tiles of 6 output channels x 8 pixels. */
export function conv_f32_6x8(s: Step): void {
  conv(s, 6);
}

/** `conv` by tiles of 4 output channels x 8 pixels, splats by shuffles: for engines that check the bounds of every load. */
export function conv_f32_4x8s(s: Step): void {
  conv(s, 4);
}
