import { endOf, firstOf } from "../../threads";
import { Task } from "../task";
import { sumOf } from "../sums";

/**
 * Gradient of a per-channel bias: y[c] (+)= sum over images and pixels of g.
 *
 * Layout    g: oc planes of `count` floats an image.
 * Mode      1: adds to what is there.
 * Writes    exactly y. Threads divide the channels; images are added in their order, in float64.
 * Oracle    src/ops/conv.ts `evaluate`, by central differences.
 */
export function bias_gradient(t: Task): void {
  const end = endOf(t.oc);
  for (let c = firstOf(t.oc); c < end; c++) {
    let sum: f64 = 0;
    let g = t.g + ((c * t.count) << 2);
    for (let image = 0; image < t.images; image++, g += t.gEach) sum += sumOf(g, t.count);
    const y = t.y + (c << 2);
    store<f32>(y, (sum as f32) + (t.mode == 0 ? 0 : load<f32>(y)));
  }
}
