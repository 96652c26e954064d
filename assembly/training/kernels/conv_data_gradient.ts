import { gemmTile, tileLanes, tileRows } from "../../kernels/gemm_f32";
import { packRows } from "../../pack/rows";
import { scratchFor, Task } from "../task";

const MOST = 6;

/**
 * Gradient of a convolution's input for one image and one group, any stride: the filter, transposed, times the output's gradient
 * gives what each output pixel's window gets; it is added up in padded planes.
 *
 * Layout    g: oc planes of oh x ow; w: panels [ic * count taps][oc] as pack_product makes them of the transposed filter;
 *           y, z: ic planes of ih x iw; table: `count` tap offsets, then oh * ow pixel offsets, in bytes of the padded plane, which
 *           has `kh` rows of `kw` columns.
 * Tile      6 rows of the transposed filter x 8 pixels.
 * Requires  share: ic padded planes, oc * 8 floats and a tile, and 64 bytes. y may be z.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function conv_data_gradient(t: Task): void {
  const planeBytes = (t.kh * t.kw) << 2;
  const padded = scratchFor(t);
  const panel = padded + t.ic * planeBytes;
  const tile = panel + (t.oc << 5);
  const pixels = t.oh * t.ow;
  const rows = t.ic * t.count;
  memory.fill(padded, 0, t.ic * planeBytes);
  for (let p = 0; p < pixels; p += 8) {
    const columns = min(8, pixels - p);
    const lanes = tileLanes(columns);
    packRows(t.g + (p << 2), t.oc, pixels << 2, columns, panel);
    const places = t.table + ((t.count + p) << 2);
    for (let r = 0; r < rows; r += MOST) {
      const some = tileRows(MOST, rows - r);
      gemmTile(MOST, some, lanes, t.oc, t.w + ((r * t.oc) << 2), panel, lanes << 2, tile, 32, false);
      for (let i = 0; i < min(some, rows - r); i++) {
        const c = (r + i) / t.count;
        const tap = load<u32>(t.table + ((r + i - c * t.count) << 2));
        addAt(tile + (i << 5), padded + c * planeBytes + tap, places, columns);
      }
    }
  }
  for (let c = 0; c < t.ic; c++) cutOut(t, padded + c * planeBytes, c);
}

/** Adds a row of the tile to the windows' places. */
function addAt(tile: usize, y: usize, places: usize, count: i32): void {
  for (; count > 0; count--, tile += 4, places += 4) {
    const to = y + load<u32>(places);
    store<f32>(to, load<f32>(to) + load<f32>(tile));
  }
}

/** The plane inside its padding, plus z. */
function cutOut(t: Task, padded: usize, c: i32): void {
  const at = (c * t.ih * t.iw) << 2;
  for (let row = 0; row < t.ih; row++) {
    const from = padded + (((row + t.top) * t.kw + t.left) << 2);
    const to = at + ((row * t.iw) << 2);
    for (let i = 0; i < t.iw << 2; i += 4) {
      store<f32>(t.y + to + i, load<f32>(from + i) + (t.z == 0 ? 0 : load<f32>(t.z + to + i)));
    }
  }
}
