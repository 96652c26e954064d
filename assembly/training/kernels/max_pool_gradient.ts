import { Task } from "../task";

/**
 * Gradient of max pooling for one image: what each output got goes to the first of its window's largest elements.
 *
 * Layout    x: ic planes of ih x iw; g: ic planes of oh x ow; y: as x, in which z, or zeros, stand already.
 * Writes    exactly y.
 * Oracle    src/ops/max-pool.ts `evaluate`, by central differences.
 */
export function max_pool_gradient(t: Task): void {
  const planeBytes = (t.ih * t.iw) << 2;
  let g = t.g;
  let plane: usize = 0;
  for (let c = 0; c < t.ic; c++, plane += planeBytes) {
    for (let p = 0; p < t.oh; p++) {
      for (let q = 0; q < t.ow; q++, g += 4) {
        const at = plane + largest(t, t.x + plane, p * t.sh - t.top, q * t.sw - t.left);
        store<f32>(t.y + at, load<f32>(t.y + at) + load<f32>(g));
      }
    }
  }
}

/** Where in the plane the first of the largest elements of a window stands, in bytes. */
function largest(t: Task, x: usize, row: i32, column: i32): usize {
  let best: f32 = -Infinity;
  let found = -1;
  for (let i = 0; i < t.kh; i++, row += t.dh) {
    if (row < 0 || row >= t.ih) continue;
    let at = column;
    for (let j = 0; j < t.kw; j++, at += t.dw) {
      if (at < 0 || at >= t.iw) continue;
      const offset = (row * t.iw + at) << 2;
      const v = load<f32>(x + offset);
      if (v > best || found < 0) {
        best = v;
        found = offset;
      }
    }
  }
  return max(0, found);
}
