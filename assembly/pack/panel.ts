/**
 * Packs the patches of 8 or 4 output pixels into one panel of the lowered matrix.
 *
 * Layout    x: planes `planeBytes` apart or, where `reads` is not 0, where that table says, in bytes behind x; y: panel [channel][tap][lanes].
 *           taps: u32 byte offsets of the kernel's taps; pixels: u32 byte offsets of the output pixels' windows.
 * Requires  channels >= 1, tapCount >= 1; every pixel + tap inside its plane.
 * Reads     per tap only the elements of the pixels; y is written exactly.
 * Oracle    src/ops/conv.ts `evaluate`, through the kernels that use it.
 */
export function packPanel(
  x: usize,
  channels: i32,
  planeBytes: usize,
  reads: usize,
  taps: usize,
  tapCount: i32,
  pixels: usize,
  lanes: i32,
  y: usize,
): void {
  const step = (lanes as usize) << 2;
  packFour(x, channels, planeBytes, reads, taps, tapCount, pixels, y, step);
  if (lanes == 8) packFour(x, channels, planeBytes, reads, taps, tapCount, pixels + 16, y + 16, step);
}

/** Four pixels: side by side, two apart, or anywhere. */
function packFour(
  x: usize,
  channels: i32,
  planeBytes: usize,
  reads: usize,
  taps: usize,
  tapCount: i32,
  pixels: usize,
  y: usize,
  step: usize,
): void {
  const p0 = load<u32>(pixels) as usize;
  const p1 = load<u32>(pixels, 4) as usize;
  const p2 = load<u32>(pixels, 8) as usize;
  const p3 = load<u32>(pixels, 12) as usize;
  const tapsEnd = taps + ((tapCount as usize) << 2);
  const apart = p1 - p0;
  const even = p2 - p1 == apart && p3 - p2 == apart;
  let plane = x;
  if (even && apart == 4) {
    for (; channels > 0; channels--, plane += planeBytes) {
      if (reads != 0) {
        plane = x + load<u32>(reads);
        reads += 4;
      }
      for (let t = taps; t < tapsEnd; t += 4, y += step) v128.store(y, v128.load(plane + p0 + load<u32>(t)));
    }
  } else if (even && apart == 8) {
    for (; channels > 0; channels--, plane += planeBytes) {
      if (reads != 0) {
        plane = x + load<u32>(reads);
        reads += 4;
      }
      for (let t = taps; t < tapsEnd; t += 4, y += step) {
        const q = plane + p0 + load<u32>(t);
        v128.store(y, v128.shuffle<f32>(v128.load(q), v128.load(q, 12), 0, 2, 5, 7));
      }
    }
  } else {
    for (; channels > 0; channels--, plane += planeBytes) {
      if (reads != 0) {
        plane = x + load<u32>(reads);
        reads += 4;
      }
      for (let t = taps; t < tapsEnd; t += 4, y += step) {
        const q = plane + load<u32>(t);
        let v = v128.load32_zero(q + p0);
        v = v128.load32_lane(q + p1, v, 1);
        v = v128.load32_lane(q + p2, v, 2);
        v128.store(y, v128.load32_lane(q + p3, v, 3));
      }
    }
  }
}
