import { gemmTile, tileLanes, tileRows } from "../../kernels/gemm_f32";
import { packRows } from "../../pack/rows";
import { scratchFor, Task } from "../task";

const MOST = 6;

/**
 * Gradient of a convolution's input for one image and one group, any stride: the filter, transposed, times the output's gradient
 * gives what each output pixel's window gets; it is added up in padded planes. Each is cut into sh x sw phases, planes of every
 * sh-th row and every sw-th column, in which neighbouring outputs add to neighbours.
 *
 * Layout    g: oc planes of oh x ow; w: panels [ic * count taps][oc] as pack_product makes them of the transposed filter;
 *           y, z: ic planes of ih x iw; table: `count` tap offsets, then oh * ow pixel offsets, in bytes of the phases, each of
 *           which has `kh` rows of `kw` columns.
 * Tile      6 rows of the transposed filter x 8 pixels.
 * Requires  share: ic padded planes, oc * 8 floats and a tile, and 64 bytes. y may be z.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function conv_data_gradient(t: Task): void {
  const planeBytes = (t.sh * t.sw * t.kh * t.kw) << 2;
  const padded = scratchFor(t);
  const panel = padded + t.ic * planeBytes;
  const tile = panel + (t.oc << 5);
  const pixels = t.oh * t.ow;
  const rows = t.ic * t.count;
  memory.fill(padded, 0, t.ic * planeBytes);
  for (let p = 0; p < pixels; p += 8) {
    const columns = min(8, pixels - p);
    const lanes = tileLanes(columns);
    packRows(t.g + (p << 2), t.oc, pixels << 2, 0, columns, panel);
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

/** Adds a row of the tile to the windows' places, four at a time where they are neighbours. */
function addAt(tile: usize, y: usize, places: usize, count: i32): void {
  for (; count >= 4 && load<u32>(places, 12) - load<u32>(places) == 12; count -= 4, tile += 16, places += 16) {
    const to = y + load<u32>(places);
    v128.store(to, f32x4.add(v128.load(to), v128.load(tile)));
  }
  for (; count > 0; count--, tile += 4, places += 4) {
    const to = y + load<u32>(places);
    store<f32>(to, load<f32>(to) + load<f32>(tile));
  }
}

/** The plane inside its padding, put together from its phases, plus z. */
function cutOut(t: Task, phases: usize, c: i32): void {
  const phaseBytes = (t.kh * t.kw) << 2;
  for (let row = 0; row < t.ih; row++) {
    const down = row + t.top;
    const from = phases + (down % t.sh) * t.sw * phaseBytes + (((down / t.sh) * t.kw) << 2);
    const at = ((c * t.ih + row) * t.iw) << 2;
    let i = 0;
    if (t.sw == 2) {
      // Columns 0, 2, ... come from one phase, columns 1, 3, ... from the other.
      const even = from + (t.left & 1) * phaseBytes + ((t.left >> 1) << 2);
      const odd = from + ((t.left + 1) & 1) * phaseBytes + (((t.left + 1) >> 1) << 2);
      for (; i + 8 <= t.iw; i += 8) {
        const a = v128.load(even + (i << 1));
        const b = v128.load(odd + (i << 1));
        finish(t, at + (i << 2), v128.shuffle<f32>(a, b, 0, 4, 1, 5));
        finish(t, at + (i << 2) + 16, v128.shuffle<f32>(a, b, 2, 6, 3, 7));
      }
    }
    for (; i < t.iw; i++) {
      const across = i + t.left;
      const value = load<f32>(from + (across % t.sw) * phaseBytes + ((across / t.sw) << 2));
      const to = at + (i << 2);
      store<f32>(t.y + to, value + (t.z == 0 ? 0 : load<f32>(t.z + to)));
    }
  }
}

function finish(t: Task, at: usize, v: v128): void {
  v128.store(t.y + at, t.z == 0 ? v : f32x4.add(v, v128.load(t.z + at)));
}
