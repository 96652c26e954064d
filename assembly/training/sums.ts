import { sumLanes } from "../simd";

/** Sum of `count` neighbouring floats. Two sums side by side, since each addition waits for the one before. */
export function sumOf(x: usize, count: i32): f64 {
  let even = f32x4.splat(0);
  let odd = even;
  for (; count >= 8; count -= 8, x += 32) {
    even = f32x4.add(even, v128.load(x));
    odd = f32x4.add(odd, v128.load(x, 16));
  }
  let sum = sumLanes(f32x4.add(even, odd)) as f64;
  for (; count > 0; count--, x += 4) sum += load<f32>(x) as f64;
  return sum;
}

/** Sum of (x - centre)^2 over `count` neighbouring floats. */
export function squaresAround(x: usize, count: i32, centre: f32): f64 {
  const middle = f32x4.splat(centre);
  let even = f32x4.splat(0);
  let odd = even;
  for (; count >= 8; count -= 8, x += 32) {
    const u = f32x4.sub(v128.load(x), middle);
    const v = f32x4.sub(v128.load(x, 16), middle);
    even = f32x4.add(even, f32x4.mul(u, u));
    odd = f32x4.add(odd, f32x4.mul(v, v));
  }
  let sum = sumLanes(f32x4.add(even, odd)) as f64;
  for (; count > 0; count--, x += 4) {
    const v = load<f32>(x) - centre;
    sum += (v * v) as f64;
  }
  return sum;
}
