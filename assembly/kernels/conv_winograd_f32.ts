import { Abi } from "../abi";
import { padPlanes } from "../pack/planes";
import { clamp, clampScalar } from "../simd";
import { Step } from "../step";
import { gemm_f32_4x8 } from "./gemm_f32_4x8";
import { gemm_f32_5x8 } from "./gemm_f32_5x8";
import { gemm_f32_8x4 } from "./gemm_f32_8x4";
import { winogradInput, winogradOutput } from "./winograd_f32";

/**
 * Convolution 3x3, stride 1, of one image and one group, by Winograd's F(4x4, 3x3): 36 matrix products over tiles of 4 x 4 pixels.
 *
 * Layout    x: ic planes of ih x iw; f: [36][panel][ic][rows], transformed, the last panel filled up with zeros;
 *           b: oc floats, then 8 zeros; y, z: oc planes of oh x ow.
 *           top, left, bottom, right: padding, enough below and to the right that whole tiles are covered.
 * Tile      `rows` output channels x `lanes` tiles: 4 x 8, 5 x 8 or 8 x 4; `block` groups of `lanes` tiles are transformed at a time.
 * Requires  scratch: the padded planes, 36 x (block * lanes * ic floats and 64 bytes), 36 x (block * lanes * oc filled up to
 *           panels floats and 64 bytes), 1 KB.
 * Writes    exactly y. A number that is not finite spreads over its tile.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
function conv(s: Step, rows: i32, lanes: i32): void {
  const widthBytes = ((s.iw + s.left + s.right) as usize) << 2;
  const planeBytes = ((s.ih + s.top + s.bottom) as usize) * widthBytes;
  padPlanes(s.ic, s.x, s.ih, s.iw, s.scratch, s.top, s.left, s.bottom, s.right, 0);
  const across = (s.ow + 3) >> 2;
  const tiles = across * ((s.oh + 3) >> 2);
  const panels = (s.oc + rows - 1) / rows;
  const xPitch = ((s.block * lanes * s.ic) as usize) * 4 + 64;
  const yPitch = ((s.block * lanes * panels * rows) as usize) * 4 + 64;
  const from = s.scratch + (s.ic as usize) * planeBytes + Abi.slackBytes;
  const to = from + 36 * xPitch;
  const spare = to + 36 * yPitch;
  for (let first = 0; first < tiles; first += s.block * lanes) {
    const groups = min(s.block, (tiles - first + lanes - 1) / lanes);
    transformInput(s, first, groups, lanes, tiles, across, widthBytes, planeBytes, from, xPitch, spare);
    multiply(s, rows, lanes, panels, groups, from, xPitch, to, yPitch);
    transformOutput(s, first, groups * lanes, tiles, across, to, yPitch, spare);
  }
}

/** Tiles behind the last one repeat it. */
function tileAt(s: Step, tile: i32, tiles: i32, across: i32, widthBytes: usize): usize {
  const t = min(tile, tiles - 1);
  return s.scratch + ((t / across) as usize) * 4 * widthBytes + (((t % across) as usize) << 4);
}

function transformInput(
  s: Step,
  first: i32,
  groups: i32,
  lanes: i32,
  tiles: i32,
  across: i32,
  widthBytes: usize,
  planeBytes: usize,
  to: usize,
  pitch: usize,
  spare: usize,
): void {
  const step = (lanes as usize) << 2;
  for (let at = 0; at < groups * lanes; at += 4) {
    const t = first + at;
    let p0 = tileAt(s, t, tiles, across, widthBytes);
    let p1 = tileAt(s, t + 1, tiles, across, widthBytes);
    let p2 = tileAt(s, t + 2, tiles, across, widthBytes);
    let p3 = tileAt(s, t + 3, tiles, across, widthBytes);
    let y = to + (((at / lanes) * s.ic) as usize) * step + (((at % lanes) as usize) << 2);
    for (let c = s.ic; c > 0; c--) {
      winogradInput(p0, p1, p2, p3, widthBytes, spare, y, pitch);
      p0 += planeBytes;
      p1 += planeBytes;
      p2 += planeBytes;
      p3 += planeBytes;
      y += step;
    }
  }
}

function multiply(
  s: Step,
  rows: i32,
  lanes: i32,
  panels: i32,
  groups: i32,
  from: usize,
  xPitch: usize,
  to: usize,
  yPitch: usize,
): void {
  const zeros = s.b + ((s.oc as usize) << 2);
  const lo = f32x4.splat(-Infinity);
  const hi = f32x4.splat(Infinity);
  const groupBytes = (lanes as usize) << 2;
  const rowBytes = (groups as usize) * groupBytes;
  const panelBytes = (s.ic as usize) * groupBytes;
  let f = s.f;
  for (let value: usize = 0; value < 36; value++) {
    let y = to + value * yPitch;
    for (let panel = 0; panel < panels; panel++) {
      let x = from + value * xPitch;
      for (let g: usize = 0; g < rowBytes; g += groupBytes) {
        if (rows == 8) gemm_f32_8x4(s.ic, f, x, zeros, y + g, rowBytes);
        else if (rows == 5) gemm_f32_5x8(s.ic, f, x, zeros, y + g, rowBytes, 0, lo, hi);
        else gemm_f32_4x8(s.ic, f, x, zeros, y + g, rowBytes, 0, lo, hi);
        x += panelBytes;
      }
      f += ((s.ic * rows) as usize) << 2;
      y += (rows as usize) * rowBytes;
    }
  }
}

function transformOutput(
  s: Step,
  first: i32,
  computed: i32,
  tiles: i32,
  across: i32,
  from: usize,
  pitch: usize,
  spare: usize,
): void {
  const rowBytes = (computed as usize) << 2;
  for (let at = 0; at < computed && first + at < tiles; at += 4) {
    const t = first + at;
    const count = min(4, tiles - t);
    for (let o = 0; o < s.oc; o++) {
      winogradOutput(from + (o as usize) * rowBytes + ((at as usize) << 2), pitch, spare);
      let row = t / across;
      let column = t - row * across;
      for (let k = 0; k < count; k++) {
        storeTile(s, spare + ((k as usize) << 6), row, column, o);
        if (++column == across) {
          column = 0;
          row++;
        }
      }
    }
  }
}

/** A 4 x 4 tile of one output channel, with bias, residual and clamp; what lies outside the plane is left out. */
function storeTile(s: Step, from: usize, row: i32, column: i32, o: i32): void {
  const y = row << 2;
  const x = column << 2;
  const pitch = (s.ow as usize) << 2;
  const at = (((o * s.oh + y) * s.ow + x) as usize) << 2;
  const bias = v128.load32_splat(s.b + ((o as usize) << 2));
  const height = min(4, s.oh - y);
  if (x + 4 > s.ow) return storeCorner(s, from, at, height, s.ow - x, f32x4.extract_lane(bias, 0));
  const lo = f32x4.splat(s.lo);
  const hi = f32x4.splat(s.hi);
  const zMinusY: usize = s.z - s.y;
  let to = s.y + at;
  for (let i = height; i > 0; i--) {
    let v = f32x4.add(v128.load(from), bias);
    if (s.z != 0) v = f32x4.add(v, v128.load(to + zMinusY));
    v128.store(to, clamp(v, lo, hi));
    from += 16;
    to += pitch;
  }
}

function storeCorner(s: Step, from: usize, at: usize, height: i32, width: i32, bias: f32): void {
  for (; height > 0; height--) {
    for (let i: usize = 0; i < (width as usize) << 2; i += 4) {
      let v = load<f32>(from + i) + bias;
      if (s.z != 0) v += load<f32>(s.z + at + i);
      store<f32>(s.y + at + i, clampScalar(v, s.lo, s.hi));
    }
    from += 16;
    at += (s.ow as usize) << 2;
  }
}

/** `conv` by products of 4 output channels x 8 tiles. */
export function conv_winograd_f32_4x8(s: Step): void {
  conv(s, 4, 8);
}

/** `conv` by products of 5 output channels x 8 tiles. */
export function conv_winograd_f32_5x8(s: Step): void {
  conv(s, 5, 8);
}

/** `conv` by products of 8 output channels x 4 tiles: for planes of few tiles. */
export function conv_winograd_f32_8x4(s: Step): void {
  conv(s, 8, 4);
}
