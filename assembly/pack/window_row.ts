/** Four neighbouring windows' elements at one tap: `strideBytes` apart. Reads up to 12 bytes behind the last of them. */
export function loadStrided(x: usize, strideBytes: usize): v128 {
  if (strideBytes == 4) return v128.load(x);
  if (strideBytes == 8) return v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6);
  let v = v128.load32_zero(x);
  v = v128.load32_lane(x + strideBytes, v, 1);
  v = v128.load32_lane(x + 2 * strideBytes, v, 2);
  return v128.load32_lane(x + 3 * strideBytes, v, 3);
}
