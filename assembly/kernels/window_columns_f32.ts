import { fill } from "../pack/planes";
import { loadStrided } from "../pack/window_row";
import { planeRead, Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * For each plane and each of `kw` columns the rows of the padded plane, of which each has the elements `sw` apart from that column on:
 * what neighbouring output pixels meet at one tap of a window are neighbours then.
 *
 * Layout    x: ic planes of ih x iw, where `reads` says; y: [ic][kw][rows][ow]; column k begins at k * dw of the padded plane; rows: those of the padded
 *           plane that windows begin at, `sh` apart, then those one further down, and so on, as far as a window reaches.
 * Tile      one row.
 * Requires  x and y do not overlap; `bottom` and `right` do not matter: all behind a plane's end is 0.
 * Reads     up to 28 bytes behind x.
 * Writes    exactly y. Threads divide the planes.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_sparse_f32.
 */
export function window_columns_f32(s: Step): void {
  const reach = (s.kh - 1) * s.dh + 1;
  const height = (s.oh - 1) * s.sh + reach;
  const phases = min(s.sh, reach);
  const first = firstOf(s.ic);
  let rows = 0;
  for (let phase = 0; phase < phases; phase++) rows += (height - phase + s.sh - 1) / s.sh;
  const planeBytes = ((s.kw * rows * s.ow) as usize) << 2;
  let y = s.y + (first as usize) * planeBytes;
  // Nobody else writes there.
  const end = s.y + (endOf(s.ic) as usize) * planeBytes;
  for (let c = first; y < end; c++) {
    const x = s.x + planeRead(s, c, ((s.ih * s.iw) as usize) << 2);
    for (let k = 0; k < s.kw; k++) {
      for (let phase = 0; phase < phases; phase++) {
        for (let row = phase - s.top; row < height - s.top; row += s.sh)
          y = columnRow(s, x, row, k * s.dw - s.left, y, end);
      }
    }
  }
}

/** The elements `column`, `column + sw`, ... of one row, 0 outside the plane. Returns the address behind. */
function columnRow(s: Step, x: usize, row: i32, column: i32, y: usize, end: usize): usize {
  if (row < 0 || row >= s.ih) return fill(y, s.ow, 0);
  // The first element that lies inside the plane, and the first behind it.
  const first = min(s.ow, column < 0 ? (s.sw - 1 - column) / s.sw : 0);
  const last = column >= s.iw ? first : max(first, min(s.ow, (s.iw - 1 - column) / s.sw + 1));
  for (let i = first; i > 0; i--, y += 4) store<f32>(y, 0);
  y = copyEvery(s.sw, x + ((row * s.iw + column + first * s.sw) << 2), last - first, y, end);
  for (let i = s.ow - last; i > 0; i--, y += 4) store<f32>(y, 0);
  return y;
}

/**
 * Copies `count` elements of which each is `step` behind the one before. Returns the address behind. Until close to `end` it writes
 * whole vectors, whose last elements are then written again.
 */
function copyEvery(step: i32, x: usize, count: i32, y: usize, end: usize): usize {
  const behind = y + ((count as usize) << 2);
  const stepBytes = (step as usize) << 2;
  if (behind + 12 <= end && step <= 2) {
    for (; y < behind; y += 16, x += stepBytes << 2) v128.store(y, loadStrided(x, stepBytes));
    return behind;
  }
  for (; y < behind; y += 4, x += stepBytes) store<f32>(y, load<f32>(x));
  return behind;
}
