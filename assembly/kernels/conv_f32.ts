import { Abi } from "../abi";
import { packPanel } from "../pack/panel";
import { padPlanes } from "../pack/planes";
import { clampScalar } from "../simd";
import { Step } from "../step";
import { gemm_f32_4x8 } from "./gemm_f32_4x8";
import { gemm_f32_5x8 } from "./gemm_f32_5x8";

/**
 * Convolution of one image and one group as a packed matrix product, any kernel, stride and dilation.
 *
 * Layout    x: ic planes of ih x iw; f: panels [oc / rows][ic * kh * kw][rows], the last one filled up with zeros;
 *           b: oc floats, filled up to whole panels; y, z: oc planes of oh x ow.
 *           table: kh * kw tap offsets, then oh * ow pixel offsets filled up to whole panels (bytes, in the padded plane).
 * Tile      `rows` (4 or 5) output channels x 8 pixels; `block` pixel panels are packed at a time.
 * Requires  scratch: the padded planes (if any padding), then block * 8 * ic * kh * kw floats, then one tile.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
function conv(s: Step, rows: i32): void {
  const taps = s.kh * s.kw;
  const depth = s.ic * taps;
  const pixels = s.oh * s.ow;
  const pixelTable = s.table + ((taps as usize) << 2);
  let planeBytes = ((s.ih * s.iw) as usize) << 2;
  let x = s.x;
  let panels = s.scratch;
  if ((s.top | s.left | s.bottom | s.right) != 0) {
    x = s.scratch;
    planeBytes = (((s.ih + s.top + s.bottom) * (s.iw + s.left + s.right)) as usize) << 2;
    padPlanes(s.ic, s.x, s.ih, s.iw, x, s.top, s.left, s.bottom, s.right, 0);
    panels = x + (s.ic as usize) * planeBytes + Abi.slackBytes;
  }
  const panelBytes = ((depth * Abi.convPanel) as usize) << 2;
  const spare = panels + (s.block as usize) * panelBytes;
  for (let first = 0; first < pixels; first += s.block * Abi.convPanel) {
    const end = min(pixels, first + s.block * Abi.convPanel);
    let to = panels;
    for (let p = first; p < end; p += Abi.convPanel) {
      packPanel(x, s.ic, planeBytes, s.table, taps, pixelTable + ((p as usize) << 2), to);
      to += panelBytes;
    }
    multiply(s, rows, depth, pixels, first, end, panels, panelBytes, spare);
  }
}

/** All output channels of the packed pixels `first` to `end`; the filter's panel stays in the nearest cache. */
function multiply(
  s: Step,
  rows: i32,
  depth: i32,
  pixels: i32,
  first: i32,
  end: i32,
  panels: usize,
  panelBytes: usize,
  spare: usize,
): void {
  const pitch = (pixels as usize) << 2;
  const zMinusY: usize = s.z == 0 ? 0 : s.z - s.y;
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const noLo = f32x4.splat(-Infinity);
  const noHi = f32x4.splat(Infinity);
  let f = s.f;
  let b = s.b;
  for (let o = 0; o < s.oc; o += rows) {
    let x = panels;
    for (let p = first; p < end; p += Abi.convPanel) {
      const y = s.y + (o as usize) * pitch + ((p as usize) << 2);
      if (o + rows <= s.oc && p + Abi.convPanel <= pixels) {
        tile(rows, depth, f, x, b, y, pitch, zMinusY, lo, hi);
      } else {
        tile(rows, depth, f, x, b, spare, Abi.convPanel << 2, 0, noLo, noHi);
        storePart(min(rows, s.oc - o), min(Abi.convPanel, pixels - p), spare, y, pitch, zMinusY, s.lo, s.hi);
      }
      x += panelBytes;
    }
    f += ((depth * rows) as usize) << 2;
    b += (rows as usize) << 2;
  }
}

function tile(
  rows: i32,
  depth: i32,
  f: usize,
  x: usize,
  b: usize,
  y: usize,
  pitch: usize,
  zMinusY: usize,
  lo: v128,
  hi: v128,
): void {
  if (rows == 5) gemm_f32_5x8(depth, f, x, b, y, pitch, zMinusY, lo, hi);
  else gemm_f32_4x8(depth, f, x, b, y, pitch, zMinusY, lo, hi);
}

/** The corner of a tile that lies inside the output. */
function storePart(
  rows: i32,
  columns: i32,
  from: usize,
  y: usize,
  pitch: usize,
  zMinusY: usize,
  lo: f32,
  hi: f32,
): void {
  for (; rows > 0; rows--) {
    for (let i: usize = 0; i < (columns as usize) << 2; i += 4) {
      let v = load<f32>(from + i);
      if (zMinusY != 0) v += load<f32>(y + zMinusY + i);
      store<f32>(y + i, clampScalar(v, lo, hi));
    }
    from += Abi.convPanel << 2;
    y += pitch;
  }
}

/** `conv` by tiles of 4 output channels x 8 pixels. */
export function conv_f32_4x8(s: Step): void {
  conv(s, 4);
}

/** `conv` by tiles of 5 output channels x 8 pixels. */
export function conv_f32_5x8(s: Step): void {
  conv(s, 5);
}
