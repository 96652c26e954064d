import { clamp } from "../simd";

/** The end of a tile's row: adds the residual where there is one, clamps, stores 8 pixels. */
export function storeRow(y: usize, v03: v128, v47: v128, zMinusY: usize, lo: v128, hi: v128): void {
  if (zMinusY != 0) {
    v03 = f32x4.add(v03, v128.load(y + zMinusY));
    v47 = f32x4.add(v47, v128.load(y + zMinusY, 16));
  }
  v128.store(y, clamp(v03, lo, hi));
  v128.store(y, clamp(v47, lo, hi), 16);
}
