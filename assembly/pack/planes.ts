/**
 * Copies planes into larger ones, surrounded by a constant.
 *
 * Layout    x: planes of ih x iw; y: planes of (top + ih + bottom) x (left + iw + right), one behind the other.
 * Requires  x and y do not overlap; slack behind both.
 * Oracle    src/ops/pad.ts `evaluate`, mode "constant".
 */
export function padPlanes(
  planes: i32,
  x: usize,
  ih: i32,
  iw: i32,
  y: usize,
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
  value: f32,
): void {
  const rowBytes = (iw as usize) << 2;
  const gap = left + right;
  for (; planes > 0; planes--) {
    y = fill(y, top * (iw + gap) + left, value);
    for (let row = ih; row > 0; row--) {
      y = copyRow(x, y, rowBytes);
      x += rowBytes;
      if (row > 1) y = fill(y, gap, value);
    }
    y = fill(y, right + bottom * (iw + gap), value);
  }
}

/** Writes `count` times `value`, returns the address behind. */
export function fill(y: usize, count: i32, value: f32): usize {
  const end = y + ((count as usize) << 2);
  const v = f32x4.splat(value);
  for (; y + 16 <= end; y += 16) v128.store(y, v);
  for (; y < end; y += 4) store<f32>(y, value);
  return end;
}

/** Copies `bytes` (a multiple of 4), returns the address behind. Short rows beat memory.copy, long ones do not. */
function copyRow(x: usize, y: usize, bytes: usize): usize {
  if (bytes >= 448) {
    memory.copy(y, x, bytes);
    return y + bytes;
  }
  const end = y + bytes;
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, v128.load(x));
  for (; y < end; y += 4, x += 4) store<f32>(y, load<f32>(x));
  return end;
}
