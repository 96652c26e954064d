/**
 * Packs the patches of 8 output pixels into one panel of the lowered matrix.
 *
 * Layout    x: planes `planeBytes` apart; y: panel [channel][tap][8].
 *           taps: u32 byte offsets of the kernel's taps; pixels: u32 byte offsets of 8 output pixels' windows.
 * Requires  channels >= 1, tapCount >= 1; every pixel + tap inside its plane.
 * Reads     per tap only the 8 elements; y is written exactly.
 * Oracle    src/ops/conv.ts `evaluate`, through the kernels that use it.
 */
export function packPanel(
  x: usize,
  channels: i32,
  planeBytes: usize,
  taps: usize,
  tapCount: i32,
  pixels: usize,
  y: usize,
): void {
  packHalf(x, channels, planeBytes, taps, tapCount, pixels, y);
  packHalf(x, channels, planeBytes, taps, tapCount, pixels + 16, y + 16);
}

/** Four pixels: side by side, two apart, or anywhere. */
function packHalf(
  x: usize,
  channels: i32,
  planeBytes: usize,
  taps: usize,
  tapCount: i32,
  pixels: usize,
  y: usize,
): void {
  const p0 = load<u32>(pixels) as usize;
  const p1 = load<u32>(pixels, 4) as usize;
  const p2 = load<u32>(pixels, 8) as usize;
  const p3 = load<u32>(pixels, 12) as usize;
  const tapsEnd = taps + ((tapCount as usize) << 2);
  const step = p1 - p0;
  const even = p2 - p1 == step && p3 - p2 == step;
  if (even && step == 4) {
    for (; channels > 0; channels--, x += planeBytes) {
      for (let t = taps; t < tapsEnd; t += 4, y += 32) v128.store(y, v128.load(x + p0 + load<u32>(t)));
    }
  } else if (even && step == 8) {
    for (; channels > 0; channels--, x += planeBytes) {
      for (let t = taps; t < tapsEnd; t += 4, y += 32) {
        const q = x + p0 + load<u32>(t);
        v128.store(y, v128.shuffle<f32>(v128.load(q), v128.load(q, 12), 0, 2, 5, 7));
      }
    }
  } else {
    for (; channels > 0; channels--, x += planeBytes) {
      for (let t = taps; t < tapsEnd; t += 4, y += 32) {
        const q = x + load<u32>(t);
        store<f32>(y, load<f32>(q + p0));
        store<f32>(y, load<f32>(q + p1), 4);
        store<f32>(y, load<f32>(q + p2), 8);
        store<f32>(y, load<f32>(q + p3), 12);
      }
    }
  }
}
