import { padPlanes } from "../pack/planes";
import { Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Copies planes into larger ones, surrounded by zeros.
 *
 * Layout    x: ic planes of ih x iw; y: ic planes of (top + ih + bottom) x (left + iw + right).
 * Tile      one row.
 * Requires  x and y do not overlap.
 * Writes    exactly y. Threads divide the planes.
 * Oracle    src/ops/pad.ts `evaluate`, mode "constant".
 */
export function pad_planes_f32(s: Step): void {
  const first = firstOf(s.ic);
  const x = s.x + (((first * s.ih * s.iw) as usize) << 2);
  const y = s.y + (((first * (s.top + s.ih + s.bottom) * (s.left + s.iw + s.right)) as usize) << 2);
  padPlanes(endOf(s.ic) - first, x, s.ih, s.iw, y, s.top, s.left, s.bottom, s.right, 0);
}
