import { endOf, firstOf } from "../../threads";
import { Task } from "../task";

/**
 * Gradient of what moves or repeats elements: y[table[i]] += g[i] for `count` elements, in their order.
 *
 * Layout    table: i32 element numbers of y, negative where g goes nowhere.
 * Requires  z, or zeros, stand in y already.
 * Oracle    the operators that move (`Op.moves`) and those that broadcast, by central differences.
 */
export function scatter_add(t: Task): void {
  for (let i = 0; i < t.count << 2; i += 4) {
    const at = load<i32>(t.table + i);
    if (at < 0) continue;
    const to = t.y + (at << 2);
    store<f32>(to, load<f32>(to) + load<f32>(t.g + i));
  }
}

/**
 * Gradient of a mean over the middle one of three axes: y[o][k][i] = g[o][i] / ic (+ z).
 *
 * Layout    g: [oc][ow]; y, z: [oc][ic][ow]; y may be z.
 * Oracle    src/ops/reduce-mean.ts `evaluate`, by central differences.
 */
export function spread_mean(t: Task): void {
  const share: f32 = 1 / (t.ic as f32);
  const row = t.ow << 2;
  let at: usize = 0;
  for (let o = 0; o < t.oc; o++) {
    const g = t.g + o * row;
    for (let k = 0; k < t.ic; k++) {
      for (let i = 0; i < row; i += 4, at += 4) {
        store<f32>(t.y + at, load<f32>(g + i) * share + (t.z == 0 ? 0 : load<f32>(t.z + at)));
      }
    }
  }
}

/**
 * Gradient of a parameter that every image reads: y[i] (+)= sum over images of g[image][i]; mode 1 adds to what is there.
 *
 * Layout    g: `count` floats an image, `gEach` bytes apart. Threads divide the elements; float64, in the images' order.
 */
export function sum_images(t: Task): void {
  const end = endOf(t.count);
  for (let i = firstOf(t.count); i < end; i++) {
    let sum: f64 = 0;
    let g = t.g + (i << 2);
    for (let image = 0; image < t.images; image++, g += t.gEach) sum += load<f32>(g) as f64;
    const y = t.y + (i << 2);
    store<f32>(y, (sum as f32) + (t.mode == 0 ? 0 : load<f32>(y)));
  }
}
