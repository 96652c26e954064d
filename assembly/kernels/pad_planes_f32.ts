import { padPlanes } from "../pack/planes";
import { planeRead, Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Copies planes into larger ones, surrounded by zeros.
 *
 * Layout    x: ic planes of ih x iw, where `reads` says; y: ic planes of (top + ih + bottom) x (left + iw + right).
 * Tile      one row.
 * Requires  x and y do not overlap.
 * Writes    exactly y. Threads divide the planes.
 * Oracle    src/ops/pad.ts `evaluate`, mode "constant".
 */
export function pad_planes_f32(s: Step): void {
  const first = firstOf(s.ic);
  const planeBytes = ((s.ih * s.iw) as usize) << 2;
  const paddedBytes = (((s.top + s.ih + s.bottom) * (s.left + s.iw + s.right)) as usize) << 2;
  let y = s.y + (first as usize) * paddedBytes;
  for (let c = first; c < endOf(s.ic); c++) {
    padPlanes(1, s.x + planeRead(s, c, planeBytes), s.ih, s.iw, y, s.top, s.left, s.bottom, s.right, 0);
    y += paddedBytes;
  }
}
