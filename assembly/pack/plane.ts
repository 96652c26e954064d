/**
 * Copies one plane into the middle of a larger one whose border is zero already, so that windows need not ask where they are.
 *
 * Layout    x: ih x iw; y: rows `widthBytes` apart, x's first element goes to y's row `top`, column `left`.
 * Requires  x and y do not overlap.
 * Writes    exactly the elements of the plane; the border stays.
 * Oracle    src/ops/conv.ts `evaluate`, through the depthwise kernels and conv_winograd_f32.
 */
export function copyPlane(x: usize, ih: i32, iw: i32, y: usize, widthBytes: usize, top: i32, left: i32): void {
  let to = y + (top as usize) * widthBytes + ((left as usize) << 2);
  const rowBytes = (iw as usize) << 2;
  for (; ih > 0; ih--) {
    copyRow(x, to, rowBytes);
    x += rowBytes;
    to += widthBytes;
  }
}

/** Whole vectors, the last one over the one before it where the row does not divide. */
function copyRow(x: usize, y: usize, bytes: usize): void {
  if (bytes < 16) {
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(y + i, load<f32>(x + i));
    return;
  }
  const last = bytes - 16;
  for (let i: usize = 0; i < last; i += 16) v128.store(y + i, v128.load(x + i));
  v128.store(y + last, v128.load(x + last));
}

/**
 * `copyPlane` with even and odd columns of the padded plane apart: each row of y has its even columns first, and its odd ones
 * `oddBytes` further on.
 */
export function splitPlane(
  x: usize,
  ih: i32,
  iw: i32,
  y: usize,
  widthBytes: usize,
  oddBytes: usize,
  top: i32,
  left: i32,
): void {
  // The plane's own even columns stand in the padded plane's odd ones where the padding is odd.
  const shift = ((left >> 1) as usize) << 2;
  const even = shift + ((left & 1) == 0 ? 0 : oddBytes);
  const odd = shift + ((left & 1) == 0 ? oddBytes : 4);
  let to = y + (top as usize) * widthBytes;
  for (; ih > 0; ih--) {
    splitRow(x, iw, to + even, to + odd);
    x += (iw as usize) << 2;
    to += widthBytes;
  }
}

/**
 * `copyPlane` with every `apart`-th column of the padded plane side by side: each row of y has its columns 0, apart, 2 apart, ..., and
 * `phaseBytes` further on those behind them, and so on.
 */
export function splitPhases(
  apart: i32,
  x: usize,
  ih: i32,
  iw: i32,
  y: usize,
  widthBytes: usize,
  phaseBytes: usize,
  top: i32,
  left: i32,
): void {
  if (apart == 1) return copyPlane(x, ih, iw, y, widthBytes, top, left);
  if (apart == 2) return splitPlane(x, ih, iw, y, widthBytes, phaseBytes, top, left);
  let row = y + (top as usize) * widthBytes;
  for (; ih > 0; ih--) {
    let phase = left % apart;
    let to = row + (((left / apart) as usize) << 2);
    for (let i = 0; i < iw; i++) {
      store<f32>(to + (phase as usize) * phaseBytes, load<f32>(x));
      x += 4;
      if (++phase == apart) {
        phase = 0;
        to += 4;
      }
    }
    row += widthBytes;
  }
}

function splitRow(x: usize, count: i32, even: usize, odd: usize): void {
  for (; count >= 8; count -= 8) {
    const a = v128.load(x);
    const b = v128.load(x, 16);
    v128.store(even, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
    v128.store(odd, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
    x += 32;
    even += 16;
    odd += 16;
  }
  for (; count >= 2; count -= 2) {
    store<f32>(even, load<f32>(x));
    store<f32>(odd, load<f32>(x, 4));
    x += 8;
    even += 4;
    odd += 4;
  }
  if (count > 0) store<f32>(even, load<f32>(x));
}
