import { Winograd } from "../../abi";
import { gemmTile, paddedRows, tileLanes } from "../../kernels/gemm_f32";
import { endOf, firstOf } from "../../threads";
import { scratchFor, Task } from "../task";
import { filterTaps, gradientTiles, inputTiles } from "./winograd_gradient_tiles";

/** Values of a transformed tile. */
const VALUES = 36;
/** Output channels of a panel of this product, and of the engine's, by which rows of the result are filled up. */
const ROWS = 4;
const MOST = 6;

/**
 * Gradient of the filter of a 3x3 convolution with stride 1, before the chunks are summed: for each chunk of images, 36 matrix
 * products of the transformed gradient [oc][tiles] and the transformed input [tiles][ic], by the engine's tile, which are then
 * transformed to 9 taps.
 *
 * Layout    x, g, y: as filter_gradient.
 * Tile      4 output channels x 8 input channels; `block` rows of tiles of one image are transformed at a time, or, where a plane
 *           has fewer, as many whole images as that makes. Channels are cut into slices of `most` x `most`, so that their products
 *           stay in a cache.
 * Requires  kh = kw = 3, strides and dilations 1; most is a multiple of 8. share: 36 times the products of a slice and a block's
 *           transformed channels, `Winograd.apart` bytes behind each, and what inputTiles works in.
 * Writes    exactly the channels of y that there are. Threads divide the chunks, so the sums' order depends on nothing else.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function winograd_filter_gradient(t: Task): void {
  const end = endOf(t.chunks);
  for (let chunk = firstOf(t.chunks); chunk < end; chunk++) {
    const first = (chunk * t.images) / t.chunks;
    const last = ((chunk + 1) * t.images) / t.chunks;
    for (let group = 0; group < t.groups; group++) {
      for (let o = 0; o < t.oc; o += t.most) {
        for (let c = 0; c < t.ic; c += t.most) sliceGradient(t, chunk, group, first, last, o, c);
      }
    }
  }
}

/** Bytes of a row of products of `ic` input channels, and from one of the 36 values' products to the next one's. */
function rowBytesOf(ic: i32): i32 {
  return ((ic + 3) & ~3) << 2;
}
function pitchOf(oc: i32, ic: i32): i32 {
  return ((oc + 3) & ~3) * rowBytesOf(ic) + Winograd.apart;
}

/** What a chunk of images contributes to the taps between `most` output channels from `o` and input channels from `c` on. */
function sliceGradient(t: Task, chunk: i32, group: i32, firstImage: i32, endImage: i32, o: i32, c: i32): void {
  const oc = min(t.most, t.oc - o);
  const ic = min(t.most, t.ic - c);
  const rows = (t.oh + 3) >> 2;
  const together = max(1, t.block / rows);
  let again = false;
  for (let image = firstImage; image < endImage; image += together) {
    const x = t.x + image * t.xEach + (((group * t.ic + c) * t.ih * t.iw) << 2);
    const g = t.g + image * t.gEach + (((group * t.oc + o) * t.oh * t.ow) << 2);
    for (let row = 0; row < rows; row += t.block) {
      blockProducts(t, x, g, min(together, endImage - image), row, min(rows - row, t.block), oc, ic, again);
      again = true;
    }
  }
  const products = scratchFor(t);
  const pitch = pitchOf(oc, ic);
  const icPadded = (t.ic + 7) & ~7;
  const tapBytes = (paddedRows(MOST, t.oc) * icPadded) << 2;
  let y = t.y + (chunk * t.groups + group) * 9 * tapBytes + ((o * icPadded + c) << 2);
  for (let from = products, end = products + oc * rowBytesOf(ic); from < end; from += rowBytesOf(ic)) {
    for (let i = 0; i < rowBytesOf(ic); i += 16)
      filterTaps(from + i, pitch, products + VALUES * pitch, y + i, tapBytes);
    y += icPadded << 2;
  }
}

/** Adds the products of `rows` rows of tiles of `images` images. */
function blockProducts(
  t: Task,
  x: usize,
  g: usize,
  images: i32,
  firstRow: i32,
  rows: i32,
  oc: i32,
  ic: i32,
  again: bool,
): void {
  const columns = (t.ow + 3) >> 2;
  const k = images * rows * columns;
  const products = scratchFor(t);
  const pitch = pitchOf(oc, ic);
  const xPitch = k * rowBytesOf(ic) + Winograd.apart;
  const gPitch = k * rowBytesOf(oc) + Winograd.apart;
  const xPanels = products + VALUES * pitch;
  const gPanels = xPanels + VALUES * xPitch;
  const work = gPanels + VALUES * gPitch;
  for (let i = 0; i < images; i++) {
    const tile = i * rows * columns;
    for (let c = 0; c < ic; c += 4) {
      // Panels are 8 channels wide, the last one 4 if that is enough.
      const step = tileLanes(ic - (c & ~7)) << 2;
      const to = xPanels + (((c & ~7) * k) << 2) + tile * step + ((c & 4) << 2);
      const from = x + i * t.xEach + ((c * t.ih * t.iw) << 2);
      inputTiles(t, from, min(4, ic - c), firstRow, rows, columns, work, to, step, xPitch);
    }
    for (let o = 0; o < oc; o += ROWS) {
      const to = gPanels + ((o * k + tile * ROWS) << 2);
      const from = g + i * t.gEach + ((o * t.oh * t.ow) << 2);
      gradientTiles(t, from, min(4, oc - o), firstRow, rows, columns, work, to, ROWS << 2, gPitch);
    }
  }
  for (let v = 0; v < VALUES; v++) {
    for (let c = 0; c < ic; c += 8) {
      const lanes = tileLanes(ic - c);
      const panel = xPanels + v * xPitch + ((c * k) << 2);
      let y = products + v * pitch + (c << 2);
      for (let o = 0; o < oc; o += ROWS, y += ROWS * rowBytesOf(ic)) {
        const f = gPanels + v * gPitch + ((o * k) << 2);
        gemmTile(MOST, ROWS, lanes, k, f, panel, lanes << 2, y, rowBytesOf(ic), again);
      }
    }
  }
}
