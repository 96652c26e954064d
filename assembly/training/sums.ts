import { sumLanes } from "../simd";

/** Sum of `count` neighbouring floats. */
export function sumOf(x: usize, count: i32): f64 {
  let acc = f32x4.splat(0);
  for (; count >= 4; count -= 4, x += 16) acc = f32x4.add(acc, v128.load(x));
  let sum = sumLanes(acc) as f64;
  for (; count > 0; count--, x += 4) sum += load<f32>(x) as f64;
  return sum;
}

/** Sum of (x - centre)^2 over `count` neighbouring floats. */
export function squaresAround(x: usize, count: i32, centre: f32): f64 {
  const middle = f32x4.splat(centre);
  let acc = f32x4.splat(0);
  for (; count >= 4; count -= 4, x += 16) {
    const v = f32x4.sub(v128.load(x), middle);
    acc = f32x4.add(acc, f32x4.mul(v, v));
  }
  let sum = sumLanes(acc) as f64;
  for (; count > 0; count--, x += 4) {
    const v = load<f32>(x) - centre;
    sum += (v * v) as f64;
  }
  return sum;
}

/** Sum of g (x - centre) over `count` neighbouring floats. */
export function productAround(g: usize, x: usize, count: i32, centre: f32): f64 {
  const middle = f32x4.splat(centre);
  let acc = f32x4.splat(0);
  for (; count >= 4; count -= 4, x += 16, g += 16) {
    acc = f32x4.add(acc, f32x4.mul(v128.load(g), f32x4.sub(v128.load(x), middle)));
  }
  let sum = sumLanes(acc) as f64;
  for (; count > 0; count--, x += 4, g += 4) sum += (load<f32>(g) * (load<f32>(x) - centre)) as f64;
  return sum;
}
