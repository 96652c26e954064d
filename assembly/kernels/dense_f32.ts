import { Abi } from "../abi";
import { clamp, madd } from "../simd";
import { Step } from "../step";
import { endOf, firstOf } from "../threads";

/**
 * Dense layer for one row: y[o] = clamp(b[o] + sum over k of f[o, k] * x[k] + z[o]).
 *
 * Layout    x: ic floats; f: panels [oc / 16][ic][16], the last one filled up with zeros; b: oc floats, filled up; y, z: oc floats.
 * Tile      16 outputs: 4 accumulators; the weights stream past once. Threads share the panels.
 * Requires  ic >= 1.
 * Writes    whole panels: up to 15 floats of slack behind y.
 * Oracle    src/ops/gemm.ts `evaluate`.
 */
export function dense_f32(s: Step): void {
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const panels = (s.oc + Abi.densePanel - 1) / Abi.densePanel;
  const first = firstOf(panels);
  let f = s.f + (((first * s.ic) as usize) << 6);
  let b = s.b + ((first as usize) << 6);
  let y = s.y + ((first as usize) << 6);
  for (let panel = endOf(panels) - first; panel > 0; panel--) {
    let acc0 = v128.load(b);
    let acc1 = v128.load(b, 16);
    let acc2 = v128.load(b, 32);
    let acc3 = v128.load(b, 48);
    let x = s.x;
    for (let k = s.ic; k > 0; k--) {
      const v = v128.load32_splat(x);
      acc0 = madd(v, v128.load(f), acc0);
      acc1 = madd(v, v128.load(f, 16), acc1);
      acc2 = madd(v, v128.load(f, 32), acc2);
      acc3 = madd(v, v128.load(f, 48), acc3);
      x += 4;
      f += 64;
    }
    if (s.z != 0) {
      const z = s.z + (y - s.y);
      acc0 = f32x4.add(acc0, v128.load(z));
      acc1 = f32x4.add(acc1, v128.load(z, 16));
      acc2 = f32x4.add(acc2, v128.load(z, 32));
      acc3 = f32x4.add(acc3, v128.load(z, 48));
    }
    v128.store(y, clamp(acc0, lo, hi));
    v128.store(y, clamp(acc1, lo, hi), 16);
    v128.store(y, clamp(acc2, lo, hi), 32);
    v128.store(y, clamp(acc3, lo, hi), 48);
    b += 64;
    y += 64;
  }
}
