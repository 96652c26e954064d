import { gemmTile, paddedRows, tileLanes, tileRows } from "../../kernels/gemm_f32";
import { endOf, firstOf } from "../../threads";
import { scratchFor, Task } from "../task";

const MOST = 6;

/**
 * Dense layer over a batch, its three products by the engine's tile. ic features in, oc out; x, g, y have `xEach`, `gEach`, `yEach`
 * bytes from one image to the next.
 *
 * Layout    w: [oc][ic]; z: oc floats of bias.
 * Tile      6 x 8, by way of scratch where a tile is not whole.
 * Oracle    src/ops/gemm.ts `evaluate`, by central differences.
 */

/**
 * y[n][o] = z[o] + sum over i of w[o][i] x[n][i]. Threads divide the outputs, 8 at a time.
 * Requires share: ic * (images filled up to panels + 8) floats and a tile.
 */
export function dense_forward(t: Task): void {
  const panels = scratchFor(t);
  const filter = panels + ((paddedRows(MOST, t.images) * t.ic) << 2);
  const tile = filter + (t.ic << 5);
  const groups = (t.oc + 7) >> 3;
  const first = firstOf(groups);
  const end = endOf(groups);
  if (first < end) packPanels(t.x, t.xEach, t.images, t.ic, panels);
  for (let group = first; group < end; group++) {
    const o = group << 3;
    const lanes = tileLanes(t.oc - o);
    packColumns(t.w + ((o * t.ic) << 2), t.ic, min(lanes, t.oc - o), lanes, filter);
    for (let n = 0; n < t.images; n += MOST) {
      const rows = tileRows(MOST, t.images - n);
      gemmTile(MOST, rows, lanes, t.ic, panels + ((n * t.ic) << 2), filter, lanes << 2, tile, 32, false);
      for (let r = 0; r < min(rows, t.images - n); r++) {
        const y = t.y + (n + r) * t.yEach + (o << 2);
        for (let i = 0; i < min(8, t.oc - o) << 2; i += 4) {
          const bias: f32 = t.z == 0 ? 0 : load<f32>(t.z + (o << 2) + i);
          store<f32>(y + i, load<f32>(tile + (r << 5) + i) + bias);
        }
      }
    }
  }
}

/** Rows of floats as panels [k][rows], the last one filled up with zeros. */
function packPanels(x: usize, each: i32, rows: i32, count: i32, y: usize): void {
  for (let n = 0; n < rows; n += MOST) {
    const some = tileRows(MOST, rows - n);
    for (let r = 0; r < some; r++) {
      const from = x + (n + r) * each;
      let to = y + (r << 2);
      for (let k = 0; k < count; k++, to += some << 2) {
        store<f32>(to, n + r < rows ? load<f32>(from + (k << 2)) : 0);
      }
    }
    y += (some * count) << 2;
  }
}

/** `there` rows of `count` floats side by side: [k][lanes], the others zero. */
function packColumns(x: usize, count: i32, there: i32, lanes: i32, y: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const from = x + ((lane * count) << 2);
    let to = y + (lane << 2);
    for (let k = 0; k < count; k++, to += lanes << 2) store<f32>(to, lane < there ? load<f32>(from + (k << 2)) : 0);
  }
}

/**
 * y[o][i] (+)= sum over n of g[n][o] x[n][i]; mode 1 adds to what is there. Threads divide the outputs, 6 at a time.
 * Requires share: 6 * images floats and a tile.
 */
export function dense_filter_gradient(t: Task): void {
  const panel = scratchFor(t);
  const tile = panel + ((MOST * t.images) << 2);
  const groups = (t.oc + MOST - 1) / MOST;
  const end = endOf(groups);
  for (let group = firstOf(groups); group < end; group++) {
    const o = group * MOST;
    const rows = tileRows(MOST, t.oc - o);
    const there = min(rows, t.oc - o);
    packAcross(t.g + (o << 2), t.gEach, t.images, there, rows, panel);
    const y = t.y + ((o * t.ic) << 2);
    for (let i = 0; i < t.ic; i += 8) {
      const lanes = tileLanes(t.ic - i);
      gemmTile(MOST, rows, lanes, t.images, panel, t.x + (i << 2), t.xEach, tile, 32, false);
      for (let r = 0; r < there; r++) {
        putRow(
          tile + (r << 5),
          min(8, t.ic - i),
          y + ((r * t.ic + i) << 2),
          t.mode == 0 ? 0 : y + ((r * t.ic + i) << 2),
        );
      }
    }
  }
}

/** `there` neighbouring floats of each of `count` rows: [k][rows], the others zero. */
function packAcross(x: usize, each: i32, count: i32, there: i32, rows: i32, y: usize): void {
  for (; count > 0; count--, x += each, y += rows << 2) {
    for (let r = 0; r < rows; r++) store<f32>(y + (r << 2), r < there ? load<f32>(x + (r << 2)) : 0);
  }
}

/** y = x + z, of up to 8 floats. */
function putRow(x: usize, count: i32, y: usize, z: usize): void {
  for (let i = 0; i < count << 2; i += 4) store<f32>(y + i, load<f32>(x + i) + (z == 0 ? 0 : load<f32>(z + i)));
}

/**
 * y[n][i] = sum over o of g[n][o] w[o][i] (+ z[n][i]). Threads divide the images, 6 at a time. y may be z, which lies as y does.
 * Requires share: 6 * oc floats and a tile.
 */
export function dense_data_gradient(t: Task): void {
  const panel = scratchFor(t);
  const tile = panel + ((MOST * t.oc) << 2);
  const groups = (t.images + MOST - 1) / MOST;
  const end = endOf(groups);
  for (let group = firstOf(groups); group < end; group++) {
    const n = group * MOST;
    const rows = tileRows(MOST, t.images - n);
    const there = min(rows, t.images - n);
    for (let r = 0; r < rows; r++) {
      const from = t.g + (n + r) * t.gEach;
      for (let o = 0; o < t.oc; o++) {
        store<f32>(panel + ((o * rows + r) << 2), r < there ? load<f32>(from + (o << 2)) : 0);
      }
    }
    for (let i = 0; i < t.ic; i += 8) {
      const lanes = tileLanes(t.ic - i);
      gemmTile(MOST, rows, lanes, t.oc, panel, t.w + (i << 2), t.ic << 2, tile, 32, false);
      for (let r = 0; r < there; r++) {
        const at = (n + r) * t.yEach + (i << 2);
        putRow(tile + (r << 5), min(8, t.ic - i), t.y + at, t.z == 0 ? 0 : t.z + at);
      }
    }
  }
}
