import { clamp, madd } from "../simd";
import { Step } from "../step";
import { endOf, firstOf, scratchOf } from "../threads";
import { finishTile } from "./finish_tile";

/** Pixels of a strip, whose sums stay in registers: 7 vectors, or 4 where so few are left. */
const STRIP = 28;
const SHORT_STRIP = 16;

/**
 * Convolution of one image by the filter's numbers that are not 0, stride 1, any window and dilation: a strip of
 * pixels at a time, for each output the sum over its own numbers.
 *
 * Layout    x: ic planes of ih x iw, padded already; f: for each output its numbers as (f32 value, u32 byte offset of the element
 *           it meets, from a strip's first pixel on); table: oc + 1 i32: where each output's numbers begin, in numbers; b: oc
 *           floats; y, z: oc planes of oh x ow. A strip runs on over the rows' ends; what lies between them is left out.
 * Tile      1 output x 28 pixels: 7 accumulators + 1 splat; threads divide the strips.
 * Requires  share: 112 bytes; where `block` is 1 (one tap, no padding) ic times as much besides: each strip is packed, and offsets are
 *           those of the packed strip.
 * Reads     whole strips, of 28 pixels or 16: up to 60 bytes of slack behind x.
 * Writes    exactly y.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function conv_sparse_f32(s: Step): void {
  const pixels = (s.oh - 1) * s.iw + s.ow;
  const strips = (pixels + STRIP - 1) / STRIP;
  const tile = scratchOf(s);
  // Strips that lie in the output as they are computed, and to which nothing is added, need no detour.
  const isWhole = s.iw == s.ow && s.z == 0;
  const packed = tile + (STRIP << 2);
  const end = endOf(strips);
  for (let strip = firstOf(strips); strip < end; strip++) {
    const first = strip * STRIP;
    const count = min(STRIP, pixels - first);
    let x = s.x + ((first as usize) << 2);
    if (s.block == 1) {
      packStrip(s, x, packed);
      x = packed;
    }
    for (let o = 0; o < s.oc; o++) {
      const from = load<i32>(s.table + ((o as usize) << 2));
      const terms = load<i32>(s.table + ((o as usize) << 2), 4) - from;
      const f = s.f + ((from as usize) << 3);
      if (isWhole && count == STRIP) {
        const y = s.y + (((o * s.oh * s.ow + first) as usize) << 2);
        sumStrip(terms, f, x, y, load<f32>(s.b + ((o as usize) << 2)), s.lo, s.hi);
        continue;
      }
      if (count > SHORT_STRIP) sumStrip(terms, f, x, tile, 0, -Infinity, Infinity);
      else sumShortStrip(terms, f, x, tile);
      if (s.iw == s.ow) finishRun(s, o, first, count, tile);
      else finishRows(s, o, first, count, tile);
    }
  }
}

/** The strip of every plane, one behind the other. */
function packStrip(s: Step, x: usize, y: usize): void {
  const planeBytes = ((s.ih * s.iw) as usize) << 2;
  for (let c = s.ic; c > 0; c--) {
    v128.store(y, v128.load(x));
    v128.store(y, v128.load(x, 16), 16);
    v128.store(y, v128.load(x, 32), 32);
    v128.store(y, v128.load(x, 48), 48);
    v128.store(y, v128.load(x, 64), 64);
    v128.store(y, v128.load(x, 80), 80);
    v128.store(y, v128.load(x, 96), 96);
    x += planeBytes;
    y += STRIP << 2;
  }
}

function sumStrip(terms: i32, f: usize, x: usize, y: usize, bias: f32, lo: f32, hi: f32): void {
  let acc0 = f32x4.splat(bias);
  let acc1 = acc0;
  let acc2 = acc0;
  let acc3 = acc0;
  let acc4 = acc0;
  let acc5 = acc0;
  let acc6 = acc0;
  for (; terms > 0; terms--) {
    const w = v128.load32_splat(f);
    const from = x + load<u32>(f, 4);
    acc0 = madd(w, v128.load(from), acc0);
    acc1 = madd(w, v128.load(from, 16), acc1);
    acc2 = madd(w, v128.load(from, 32), acc2);
    acc3 = madd(w, v128.load(from, 48), acc3);
    acc4 = madd(w, v128.load(from, 64), acc4);
    acc5 = madd(w, v128.load(from, 80), acc5);
    acc6 = madd(w, v128.load(from, 96), acc6);
    f += 8;
  }
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  v128.store(y, clamp(acc0, least, most));
  v128.store(y, clamp(acc1, least, most), 16);
  v128.store(y, clamp(acc2, least, most), 32);
  v128.store(y, clamp(acc3, least, most), 48);
  v128.store(y, clamp(acc4, least, most), 64);
  v128.store(y, clamp(acc5, least, most), 80);
  v128.store(y, clamp(acc6, least, most), 96);
}

function sumShortStrip(terms: i32, f: usize, x: usize, y: usize): void {
  let acc0 = f32x4.splat(0);
  let acc1 = f32x4.splat(0);
  let acc2 = f32x4.splat(0);
  let acc3 = f32x4.splat(0);
  for (; terms > 0; terms--) {
    const w = v128.load32_splat(f);
    const from = x + load<u32>(f, 4);
    acc0 = madd(w, v128.load(from), acc0);
    acc1 = madd(w, v128.load(from, 16), acc1);
    acc2 = madd(w, v128.load(from, 32), acc2);
    acc3 = madd(w, v128.load(from, 48), acc3);
    f += 8;
  }
  v128.store(y, acc0);
  v128.store(y, acc1, 16);
  v128.store(y, acc2, 32);
  v128.store(y, acc3, 48);
}

/** y = clamp(tile + b[o] + z) for neighbouring pixels of one plane. */
function finishRun(s: Step, o: i32, first: i32, count: i32, tile: usize): void {
  const b = s.b + ((o as usize) << 2);
  let at = ((o * s.oh * s.ow + first) as usize) << 2;
  for (; count > 0; count -= 8, at += 32, tile += 32) {
    finishTile(1, min(8, count), tile, b, s.y + at, 0, s.z == 0 ? 0 : s.z + at, s.lo, s.hi);
  }
}

/** The same where rows are wider than the output's: what lies inside the output, row by row. */
function finishRows(s: Step, o: i32, first: i32, count: i32, tile: usize): void {
  let row = first / s.iw;
  let column = first - row * s.iw;
  while (count > 0) {
    const inside = min(count, s.ow - column);
    if (inside > 0) finishRun(s, o, row * s.ow + column, inside, tile);
    const passed = min(count, s.iw - column);
    tile += (passed as usize) << 2;
    count -= passed;
    row++;
    column = 0;
  }
}
