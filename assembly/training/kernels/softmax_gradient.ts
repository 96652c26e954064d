import { exp } from "../../math/exp";
import { Task } from "../task";

/**
 * Gradient of a softmax, from what it gave: y = x (g - sum of g x) (+ z); mode 1: of its logarithm, y = g - e^x sum of g.
 *
 * Layout    x, g, y, z: [oc][count][ow], softmax over the middle axis; y may be g or z.
 * Writes    exactly y.
 * Oracle    src/ops/softmax.ts `evaluate`, by central differences.
 */
export function softmax_gradient(t: Task): void {
  const step = t.ow << 2;
  for (let o = 0; o < t.oc; o++) {
    for (let q = 0; q < t.ow; q++) {
      const at = (o * t.count * t.ow + q) << 2;
      let sum: f64 = 0;
      for (let k = 0, i = at; k < t.count; k++, i += step) {
        const g = load<f32>(t.g + i);
        sum += (t.mode == 0 ? g * load<f32>(t.x + i) : g) as f64;
      }
      for (let k = 0, i = at; k < t.count; k++, i += step) {
        const x = load<f32>(t.x + i);
        const g = load<f32>(t.g + i);
        const v = t.mode == 0 ? x * (g - (sum as f32)) : g - exponential(x) * (sum as f32);
        store<f32>(t.y + i, v + (t.z == 0 ? 0 : load<f32>(t.z + i)));
      }
    }
  }
}

/** e^x. */
export function exponential(x: f32): f32 {
  return f32x4.extract_lane(exp(f32x4.splat(x)), 0);
}
