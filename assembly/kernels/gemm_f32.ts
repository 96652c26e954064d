import { gemm_f32_4x8 } from "./gemm_f32_4x8";
import { gemm_f32_4x4s, gemm_f32_4x8s } from "./gemm_f32_4x8s";
import { gemm_f32_6x8 } from "./gemm_f32_6x8";
import { gemm_f32_2x4, gemm_f32_2x8, gemm_f32_4x4, gemm_f32_6x4 } from "./gemm_f32_tails";

/**
 * How many output channels the tile computes that begins where `left` are left. Panels of the filter have 6 (4 by shuffles); the
 * last one has 6, 4 or 2, whatever holds the rest.
 */
export function tileRows(most: i32, left: i32): i32 {
  if (most == 4 || left >= 5) return most;
  return left <= 2 ? 2 : 4;
}

/** Rows of all panels of `rows` output channels together. */
export function paddedRows(most: i32, rows: i32): i32 {
  const left = rows % most;
  return left == 0 ? rows : rows - left + tileRows(most, left);
}

/** How many pixels wide the panel is that begins where `left` are left: 8, and 4 at the end where 4 are enough. */
export function tileLanes(left: i32): i32 {
  return left > 4 ? 8 : 4;
}

/**
 * Reads memory once, line after line, so that it is on its way to the cache as a whole before a product needs it:
 * the product alone asks for so few lines at a time that it would wait for each. Returns something that depends on all of them.
 */
export function fetch(from: usize, bytes: usize): i32 {
  let any = 0;
  for (const end = from + bytes; from < end; from += 64) any |= load<i32>(from);
  return any;
}

/**
 * One tile of the packed matrix product by the kernel of its size: y (+)= f x. `most` is 6, or 4 for splats by shuffles.
 */
export function gemmTile(
  most: i32,
  rows: i32,
  lanes: i32,
  k: i32,
  f: usize,
  x: usize,
  xPitch: usize,
  y: usize,
  yPitch: usize,
  again: bool,
): void {
  if (most == 4) {
    if (lanes == 8) gemm_f32_4x8s(k, f, x, xPitch, y, yPitch, again);
    else gemm_f32_4x4s(k, f, x, xPitch, y, yPitch, again);
  } else if (lanes == 8) {
    if (rows == 6) gemm_f32_6x8(k, f, x, xPitch, y, yPitch, again);
    else if (rows == 4) gemm_f32_4x8(k, f, x, xPitch, y, yPitch, again);
    else gemm_f32_2x8(k, f, x, xPitch, y, yPitch, again);
  } else if (rows == 6) gemm_f32_6x4(k, f, x, xPitch, y, yPitch, again);
  else if (rows == 4) gemm_f32_4x4(k, f, x, xPitch, y, yPitch, again);
  else gemm_f32_2x4(k, f, x, xPitch, y, yPitch, again);
}
