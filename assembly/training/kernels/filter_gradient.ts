import { gemmTile, paddedRows, tileLanes, tileRows } from "../../kernels/gemm_f32";
import { transpose } from "../../pack/transpose";
import { endOf, firstOf } from "../../threads";
import { scratchFor, Task } from "../task";
import { transposeFour } from "../transpose_four";

/** Output channels of a panel. */
const MOST = 6;

/**
 * Gradient of a convolution's filter, before the chunks are summed: for each chunk of images, each tap a matrix product of the
 * output's gradient [oc][pixels] and the input at this tap [pixels][ic], by the engine's tile.
 *
 * Layout    x: planes of ih x iw, groups * ic an image; g: planes of oh x ow, groups * oc an image;
 *           y: [chunk][group][tap][oc filled up to panels][ic filled up to 8].
 * Tile      6 output channels x 8 input channels; `block` output rows of one image are packed at a time, or, where a plane has
 *           fewer than `block` rows, as many whole images as that makes.
 * Requires  share: for `block` rows: the panels of g, `block` * ow * 8 floats, and the input rows that they need, padded, 8 floats
 *           each.
 * Writes    exactly y. Threads divide the chunks, so the sums' order depends on nothing else.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function filter_gradient(t: Task): void {
  const end = endOf(t.chunks);
  for (let chunk = firstOf(t.chunks); chunk < end; chunk++) {
    const first = (chunk * t.images) / t.chunks;
    const last = ((chunk + 1) * t.images) / t.chunks;
    for (let group = 0; group < t.groups; group++) chunkGradient(t, chunk, group, first, last);
  }
}

function chunkGradient(t: Task, chunk: i32, group: i32, firstImage: i32, endImage: i32): void {
  let again = false;
  if (t.block >= t.oh) {
    const together = max(1, t.block / t.oh);
    for (let image = firstImage; image < endImage; image += together) {
      blockGradient(t, chunk, group, image, min(together, endImage - image), 0, t.oh, again);
      again = true;
    }
    return;
  }
  for (let image = firstImage; image < endImage; image++) {
    for (let row = 0; row < t.oh; row += t.block) {
      blockGradient(t, chunk, group, image, 1, row, min(t.oh, row + t.block), again);
      again = true;
    }
  }
}

/** Adds what output rows `firstRow` to `endRow` of `images` images contribute. */
function blockGradient(
  t: Task,
  chunk: i32,
  group: i32,
  image: i32,
  images: i32,
  firstRow: i32,
  endRow: i32,
  again: bool,
): void {
  const rows = endRow - firstRow;
  const k = images * rows * t.ow;
  const taps = t.kh * t.kw;
  const ocPadded = paddedRows(MOST, t.oc);
  const pitch = ((t.ic + 7) & ~7) << 2;
  const inputRows = (rows - 1) * t.sh + (t.kh - 1) * t.dh + 1;
  const width = (t.ow - 1) * t.sw + (t.kw - 1) * t.dw + 1;
  const gPanels = scratchFor(t);
  const xPanel = gPanels + ((ocPadded * k) << 2);
  const padded = xPanel + (k << 5);
  packGradient(t, group, image, images, firstRow, rows, gPanels);
  const isPlain = taps == 1 && t.sh == 1 && t.sw == 1;
  const base = t.y + (chunk * t.groups + group) * taps * ocPadded * pitch;
  for (let c = 0; c < t.ic; c += 8) {
    const lanes = tileLanes(t.ic - c);
    const pixelBytes = lanes << 2;
    for (let i = 0; i < images; i++) {
      const planes = t.x + (image + i) * t.xEach + (((group * t.ic + c) * t.ih * t.iw) << 2);
      const to = padded + i * inputRows * width * pixelBytes;
      transposeRows(t, planes, min(8, t.ic - c), lanes, firstRow * t.sh - t.top, inputRows, width, to);
    }
    for (let tap = 0; tap < taps; tap++) {
      let x = padded;
      if (!isPlain) {
        x = xPanel;
        const dy = (tap / t.kw) * t.dh;
        const dx = (tap % t.kw) * t.dw;
        for (let i = 0; i < images; i++) {
          const from = padded + ((i * inputRows + dy) * width + dx) * pixelBytes;
          takeRows(from, rows, t.ow, t.sh * width * pixelBytes, t.sw, lanes, x + i * rows * t.ow * pixelBytes);
        }
      }
      let y = base + tap * ocPadded * pitch + (c << 2);
      for (let o = 0; o < t.oc; o += MOST) {
        const panel = tileRows(MOST, t.oc - o);
        gemmTile(MOST, panel, lanes, k, gPanels + ((o * k) << 2), x, pixelBytes, y, pitch, again);
        y += MOST * pitch;
      }
    }
  }
}

/** The output's gradient as panels [pixel][rows], the last one filled up with zeros. */
function packGradient(t: Task, group: i32, image: i32, images: i32, firstRow: i32, rows: i32, to: usize): void {
  const plane = t.oh * t.ow;
  const pixels = rows * t.ow;
  for (let o = 0; o < t.oc; o += MOST) {
    const panel = tileRows(MOST, t.oc - o);
    const step = panel << 2;
    for (let i = 0; i < images; i++) {
      const from = t.g + (image + i) * t.gEach + (((group * t.oc + o) * plane + firstRow * t.ow) << 2);
      if (t.oc - o >= panel && panel == 6) packSix(from, plane << 2, pixels, to);
      else
        for (let r = 0; r < panel; r++) packOne(from + ((r * plane) << 2), o + r < t.oc, pixels, to + (r << 2), step);
      to += pixels * step;
    }
  }
}

/** Six planes side by side: [pixel][6]. */
function packSix(x: usize, planeBytes: usize, pixels: i32, y: usize): void {
  const x1 = x + planeBytes;
  const x2 = x1 + planeBytes;
  const x3 = x2 + planeBytes;
  const x4 = x3 + planeBytes;
  const x5 = x4 + planeBytes;
  let i: usize = 0;
  for (; pixels >= 4; pixels -= 4, i += 16, y += 96) {
    transpose(x + i, x1 + i, x2 + i, x3 + i, y, 24);
    const a4 = v128.load(x4 + i);
    const a5 = v128.load(x5 + i);
    const low = v128.shuffle<f32>(a4, a5, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(a4, a5, 2, 6, 3, 7);
    v128.store64_lane(y + 16, low, 0);
    v128.store64_lane(y + 40, low, 1);
    v128.store64_lane(y + 64, high, 0);
    v128.store64_lane(y + 88, high, 1);
  }
  for (; pixels > 0; pixels--, i += 4, y += 24) {
    store<f32>(y, load<f32>(x + i));
    store<f32>(y, load<f32>(x1 + i), 4);
    store<f32>(y, load<f32>(x2 + i), 8);
    store<f32>(y, load<f32>(x3 + i), 12);
    store<f32>(y, load<f32>(x4 + i), 16);
    store<f32>(y, load<f32>(x5 + i), 20);
  }
}

function packOne(x: usize, isThere: bool, pixels: i32, y: usize, step: i32): void {
  for (; pixels > 0; pixels--, x += 4, y += step) store<f32>(y, isThere ? load<f32>(x) : 0);
}

/**
 * Rows of up to 8 planes side by side: [row][column][lanes], from input row `firstRow` on, columns from -left on; zeros where there
 * is no plane, no row, or no column.
 */
function transposeRows(
  t: Task,
  x: usize,
  channels: i32,
  lanes: i32,
  firstRow: i32,
  rows: i32,
  width: i32,
  y: usize,
): void {
  const pixelBytes = lanes << 2;
  const planeBytes = (t.ih * t.iw) << 2;
  const isWhole = channels == lanes && t.left == 0 && width <= t.iw;
  if (!isWhole || firstRow < 0 || firstRow + rows > t.ih) memory.fill(y, 0, rows * width * pixelBytes);
  const columns = min(t.iw, width - t.left);
  for (let r = 0; r < rows; r++) {
    const row = firstRow + r;
    if (row < 0 || row >= t.ih) continue;
    const from = x + ((row * t.iw) << 2);
    const to = y + (r * width + t.left) * pixelBytes;
    for (let c = 0; c < channels; c += 4) {
      transposeFour(from + c * planeBytes, planeBytes, min(4, channels - c), columns, to + (c << 2), pixelBytes);
    }
  }
}

/** `rows` rows of `count` pixels, `apart` pixels from one to the next, one behind the other. */
function takeRows(x: usize, rows: i32, count: i32, rowBytes: usize, apart: i32, lanes: i32, y: usize): void {
  const wide = lanes == 8;
  const step = (apart * lanes) << 2;
  for (; rows > 0; rows--, x += rowBytes) {
    let from = x;
    for (let q = count; q > 0; q--, from += step) {
      v128.store(y, v128.load(from));
      if (wide) v128.store(y, v128.load(from, 16), 16);
      y += lanes << 2;
    }
  }
}

/**
 * The filter's gradient from the chunks': y[o][c][tap] (+)= sum over chunks, in their order.
 *
 * Layout    x: what filter_gradient wrote; y: the parameter's gradient [groups * oc][ic][taps].
 * Mode      1: adds to what is there, for a filter that is used twice.
 * Writes    exactly y. Threads divide the output channels.
 */
export function sum_filter_gradient(t: Task): void {
  const taps = t.kh * t.kw;
  const ocPadded = paddedRows(MOST, t.oc);
  const icPadded = (t.ic + 7) & ~7;
  const tapBytes = (ocPadded * icPadded) << 2;
  const chunkBytes = t.groups * taps * tapBytes;
  const end = endOf(t.groups * t.oc);
  for (let o = firstOf(t.groups * t.oc); o < end; o++) {
    const group = o / t.oc;
    const from = t.x + group * taps * tapBytes + (((o - group * t.oc) * icPadded) << 2);
    const to = t.y + ((o * t.ic * taps) << 2);
    for (let tap = 0; tap < taps; tap++) {
      for (let c = 0; c < t.ic; c += 4) {
        let at = from + tap * tapBytes + (c << 2);
        let sum = v128.load(at);
        for (let chunk = 1; chunk < t.chunks; chunk++) {
          at += chunkBytes;
          sum = f32x4.add(sum, v128.load(at));
        }
        const y = to + ((c * taps + tap) << 2);
        const left = t.ic - c;
        put(y, f32x4.extract_lane(sum, 0), t.mode);
        if (left > 1) put(y + (taps << 2), f32x4.extract_lane(sum, 1), t.mode);
        if (left > 2) put(y + (taps << 3), f32x4.extract_lane(sum, 2), t.mode);
        if (left > 3) put(y + 12 * taps, f32x4.extract_lane(sum, 3), t.mode);
      }
    }
  }
}

/** Stores, or adds to what is there. */
function put(y: usize, v: f32, mode: i32): void {
  store<f32>(y, mode == 0 ? v : load<f32>(y) + v);
}
