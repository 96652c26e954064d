import { copyRow, fill } from "../pack/planes";
import { planeRead, Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * For each plane and each column of a window the rows of the padded plane, of which each has the pixels that the column meets: what
 * neighbouring output pixels meet at one tap are neighbours then, over the rows' ends, too.
 *
 * Layout    x: ic planes of ih x iw, where `reads` says; y: [ic][kw][rows][ow]; rows: of the padded plane's, from its top to the last window's end, those
 *           that windows begin at, with `sh` rows between them, then those one further down, and so on, as far as a window reaches.
 * Tile      one row.
 * Requires  x and y do not overlap; `bottom` and `right` do not matter: all behind a plane's end is 0.
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
  let y = s.y + (((first * s.kw * rows * s.ow) as usize) << 2);
  for (let c = first; c < endOf(s.ic); c++) {
    const x = s.x + planeRead(s, c, ((s.ih * s.iw) as usize) << 2);
    for (let k = 0; k < s.kw; k++) {
      for (let phase = 0; phase < phases; phase++) {
        for (let row = phase - s.top; row < height - s.top; row += s.sh) y = columnRow(s, x, row, k * s.dw - s.left, y);
      }
    }
  }
}

/** The pixels `column`, `column + sw`, ... of one row, 0 outside the plane. Returns the address behind. */
function columnRow(s: Step, x: usize, row: i32, column: i32, y: usize): usize {
  if (row < 0 || row >= s.ih) return fill(y, s.ow, 0);
  // The first output pixel whose element lies inside the plane, and the first behind the plane.
  const first = min(s.ow, column < 0 ? (s.sw - 1 - column) / s.sw : 0);
  const end = column >= s.iw ? first : max(first, min(s.ow, (s.iw - 1 - column) / s.sw + 1));
  y = fill(y, first, 0);
  y = copyEvery(s.sw, x + ((row * s.iw + column + first * s.sw) << 2), end - first, y);
  return fill(y, s.ow - end, 0);
}

/** Copies `count` elements of which each is `step` behind the one before. Returns the address behind. */
function copyEvery(step: i32, x: usize, count: i32, y: usize): usize {
  if (step == 1) return copyRow(x, y, (count as usize) << 2);
  const stepBytes = (step as usize) << 2;
  if (step == 2) {
    for (; count >= 4; count -= 4, x += 32, y += 16) {
      v128.store(y, v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6));
    }
  }
  for (; count > 0; count--, x += stepBytes, y += 4) store<f32>(y, load<f32>(x));
  return y;
}
