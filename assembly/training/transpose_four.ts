import { transpose } from "../pack/transpose";

/** Rows of `count` planes, up to four, side by side: [column][...], columns `step` bytes apart. Writes `count` floats of each. */
export function transposeFour(x: usize, planeBytes: i32, count: i32, columns: i32, y: usize, step: i32): void {
  if (count == 4) {
    for (; columns >= 4; columns -= 4, x += 16, y += step << 2) {
      const x1 = x + planeBytes;
      const x2 = x1 + planeBytes;
      transpose(x, x1, x2, x2 + planeBytes, y, step);
    }
  }
  for (; columns > 0; columns--, x += 4, y += step) {
    for (let c = 0; c < count; c++) store<f32>(y + (c << 2), load<f32>(x + c * planeBytes));
  }
}
