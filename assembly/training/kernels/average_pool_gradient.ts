import { Task } from "../task";

/**
 * Gradient of average pooling for one image: each element of a window gets its share.
 *
 * Layout    g: ic planes of oh x ow; y: ic planes of ih x iw, in which z, or zeros, stand already;
 *           table: oh, then ow floats: 1 / elements that count, by row and column, as the engine's average pooling has them.
 * Writes    exactly y.
 * Oracle    src/ops/average-pool.ts `evaluate`, by central differences.
 */
export function average_pool_gradient(t: Task): void {
  const planeBytes = (t.ih * t.iw) << 2;
  const columns = t.table + (t.oh << 2);
  let g = t.g;
  let y = t.y;
  for (let c = 0; c < t.ic; c++, y += planeBytes) {
    for (let p = 0; p < t.oh; p++) {
      const rowShare = load<f32>(t.table + (p << 2));
      for (let q = 0; q < t.ow; q++, g += 4) {
        const v = load<f32>(g) * rowShare * load<f32>(columns + (q << 2));
        spread(t, y, p * t.sh - t.top, q * t.sw - t.left, v);
      }
    }
  }
}

function spread(t: Task, y: usize, row: i32, column: i32, v: f32): void {
  for (let i = 0; i < t.kh; i++, row += t.dh) {
    if (row < 0 || row >= t.ih) continue;
    let at = column;
    for (let j = 0; j < t.kw; j++, at += t.dw) {
      if (at < 0 || at >= t.iw) continue;
      const to = y + ((row * t.iw + at) << 2);
      store<f32>(to, load<f32>(to) + v);
    }
  }
}
