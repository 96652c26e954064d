import { clamp, madd } from "../simd";
import { planeRead, Step } from "../step";
import { endOf, firstOf, scratchOf, threadCount } from "../threads";

/** Strips a thread must get for the strips to be divided; with fewer, the outputs are. */
const STRIPS_EACH = 4;

/**
 * Convolution of one image by the filter's numbers that are stored: a strip of output pixels at a time, for each output, or for 2
 * or 4 neighbouring ones that share where they are stored, the sum over those numbers.
 *
 * Layout    x: planes in which the elements that the pixels of a strip meet at one tap are neighbours (`window_columns_f32`; the input
 *           itself where the window is one pixel), rows of iw floats with `dw` strips each; f: terms (u32 byte offset of the element that the strip's first pixel
 *           meets, `block` f32 values), those of one row behind those of the one before; table: kh + 1 rows (first term, first
 *           output); b: oc floats; y, z: oc planes of oh x ow.
 * Tile      `block` outputs x 28 pixels (16 for the last pixels), 2 x 16 or 4 x 8. Not more: V8 loads a strip's vectors before it
 *           multiplies, so that they and the sums take the 15 registers.
 * Requires  share: oc strips of the tile's pixels; where `depth` is not 0, so many more: the planes' strips are packed then, and
 *           offsets are those of the packed strips.
 * Reads     whole vectors, where not packed whole strips: up to 60 bytes behind x and z.
 * Writes    exactly y. Threads divide the strips, or the rows.
 * Oracle    src/ops/conv.ts `evaluate`.
 */
export function conv_sparse_f32(s: Step): void {
  const strips = (s.oh * s.ow + stripPixels(s) - 1) / stripPixels(s);
  if (strips >= STRIPS_EACH * threadCount()) sumStrips(s, firstOf(strips), endOf(strips), 0, s.kh);
  else sumStrips(s, 0, strips, firstOf(s.kh), endOf(s.kh));
}

function stripPixels(s: Step): i32 {
  return s.block == 1 ? 28 : s.block == 2 ? 16 : 8;
}

/** The strips `strip` to `endStrip` of the rows `first` to `end`. */
function sumStrips(s: Step, strip: i32, endStrip: i32, first: i32, end: i32): void {
  const pixels = s.oh * s.ow;
  const planeBytes = (pixels as usize) << 2;
  const width = stripPixels(s);
  const tile = scratchOf(s);
  const packed = tile + (((s.oc * width) as usize) << 2);
  for (; strip < endStrip; strip++) {
    const count = min(width, pixels - strip * width);
    const at = ((strip * width) as usize) << 2;
    const z: usize = s.z == 0 ? 0 : s.z + at;
    const row = strip / s.dw;
    let x = s.x + (((row * s.iw + (strip - row * s.dw) * width) as usize) << 2);
    if (s.depth > 0) {
      packStrip(s, x, planeBytes, count, packed, (width as usize) << 2);
      x = packed;
    }
    if (count == width) {
      sumRows(s, first, end, x, s.y + at, planeBytes, z, false);
    } else {
      sumRows(s, first, end, x, tile, (width as usize) << 2, z, count <= 16);
      unpackTile(s, first, end, tile, count, (width as usize) << 2, s.y + at, planeBytes);
    }
  }
}

/** The strip of every plane, one behind the other. */
function packStrip(s: Step, x: usize, planeBytes: usize, count: i32, y: usize, stripBytes: usize): void {
  const bytes = (((count + 3) & ~3) as usize) << 2;
  for (let c = 0; c < s.depth; c++) {
    const from = x + planeRead(s, c, planeBytes);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, v128.load(from + i));
    y += stripBytes;
  }
}

/** From rows of a tile, of which `count` pixels lie inside, to the outputs' planes. In the tile each output is where its number says. */
function unpackTile(
  s: Step,
  first: i32,
  end: i32,
  tile: usize,
  count: i32,
  stripBytes: usize,
  y: usize,
  planeBytes: usize,
): void {
  const bytes = (count as usize) << 2;
  for (; first < end; first++) {
    let o = outputOf(s, first);
    for (let r = s.block; r > 0; r--, o++) {
      const from = tile + (o as usize) * stripBytes;
      const to = y + (o as usize) * planeBytes;
      for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
    }
  }
}

function outputOf(s: Step, row: i32): i32 {
  return load<i32>(s.table + ((row as usize) << 3), 4);
}

/** A strip of the rows `first` to `end`; outputs lie `yPitch` bytes apart. */
function sumRows(s: Step, first: i32, end: i32, x: usize, y: usize, yPitch: usize, z: usize, isShort: bool): void {
  const row = s.table + ((first as usize) << 3);
  const endRow = s.table + ((end as usize) << 3);
  const f = s.f + (load<u32>(row) as usize) * (((s.block + 1) << 2) as usize);
  if (s.block == 4) sum4x8(s, row, endRow, f, x, y, yPitch, z);
  else if (s.block == 2) sum2x16(s, row, endRow, f, x, y, yPitch, z);
  else if (isShort) sum1x16(s, row, endRow, f, x, y, yPitch, z);
  else sum1x28(s, row, endRow, f, x, y, yPitch, z);
}

/** One output a row, 28 pixels. */
function sum1x28(s: Step, row: usize, end: usize, f: usize, x: usize, y: usize, yPitch: usize, z: usize): void {
  const planeBytes = ((s.oh * s.ow) as usize) << 2;
  for (; row < end; row += 8) {
    const o = load<u32>(row, 4) as usize;
    let acc0 = v128.load32_splat(s.b + (o << 2));
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    let acc4 = acc0;
    let acc5 = acc0;
    let acc6 = acc0;
    for (let terms = load<i32>(row, 8) - load<i32>(row); terms > 0; terms--) {
      const from = x + load<u32>(f);
      const w = v128.load32_splat(f, 4);
      acc0 = madd(w, v128.load(from), acc0);
      acc1 = madd(w, v128.load(from, 16), acc1);
      acc2 = madd(w, v128.load(from, 32), acc2);
      acc3 = madd(w, v128.load(from, 48), acc3);
      acc4 = madd(w, v128.load(from, 64), acc4);
      acc5 = madd(w, v128.load(from, 80), acc5);
      acc6 = madd(w, v128.load(from, 96), acc6);
      f += 8;
    }
    if (z != 0) {
      const from = z + o * planeBytes;
      acc0 = f32x4.add(acc0, v128.load(from));
      acc1 = f32x4.add(acc1, v128.load(from, 16));
      acc2 = f32x4.add(acc2, v128.load(from, 32));
      acc3 = f32x4.add(acc3, v128.load(from, 48));
      acc4 = f32x4.add(acc4, v128.load(from, 64));
      acc5 = f32x4.add(acc5, v128.load(from, 80));
      acc6 = f32x4.add(acc6, v128.load(from, 96));
    }
    const least = f32x4.splat(s.lo);
    const most = f32x4.splat(s.hi);
    const to = y + o * yPitch;
    v128.store(to, clamp(acc0, least, most));
    v128.store(to, clamp(acc1, least, most), 16);
    v128.store(to, clamp(acc2, least, most), 32);
    v128.store(to, clamp(acc3, least, most), 48);
    v128.store(to, clamp(acc4, least, most), 64);
    v128.store(to, clamp(acc5, least, most), 80);
    v128.store(to, clamp(acc6, least, most), 96);
  }
}

/** The same for 16 pixels. */
function sum1x16(s: Step, row: usize, end: usize, f: usize, x: usize, y: usize, yPitch: usize, z: usize): void {
  const planeBytes = ((s.oh * s.ow) as usize) << 2;
  for (; row < end; row += 8) {
    const o = load<u32>(row, 4) as usize;
    let acc0 = v128.load32_splat(s.b + (o << 2));
    let acc1 = acc0;
    let acc2 = acc0;
    let acc3 = acc0;
    for (let terms = load<i32>(row, 8) - load<i32>(row); terms > 0; terms--) {
      const from = x + load<u32>(f);
      const w = v128.load32_splat(f, 4);
      acc0 = madd(w, v128.load(from), acc0);
      acc1 = madd(w, v128.load(from, 16), acc1);
      acc2 = madd(w, v128.load(from, 32), acc2);
      acc3 = madd(w, v128.load(from, 48), acc3);
      f += 8;
    }
    if (z != 0) {
      const from = z + o * planeBytes;
      acc0 = f32x4.add(acc0, v128.load(from));
      acc1 = f32x4.add(acc1, v128.load(from, 16));
      acc2 = f32x4.add(acc2, v128.load(from, 32));
      acc3 = f32x4.add(acc3, v128.load(from, 48));
    }
    const least = f32x4.splat(s.lo);
    const most = f32x4.splat(s.hi);
    const to = y + o * yPitch;
    v128.store(to, clamp(acc0, least, most));
    v128.store(to, clamp(acc1, least, most), 16);
    v128.store(to, clamp(acc2, least, most), 32);
    v128.store(to, clamp(acc3, least, most), 48);
  }
}

/** 2 outputs a row, 16 pixels. */
function sum2x16(s: Step, row: usize, end: usize, f: usize, x: usize, y: usize, yPitch: usize, z: usize): void {
  const planeBytes = ((s.oh * s.ow) as usize) << 2;
  for (; row < end; row += 8) {
    const o = load<u32>(row, 4) as usize;
    let acc0_0 = v128.load32_splat(s.b + (o << 2));
    let acc0_1 = acc0_0;
    let acc0_2 = acc0_0;
    let acc0_3 = acc0_0;
    let acc1_0 = v128.load32_splat(s.b + (o << 2), 4);
    let acc1_1 = acc1_0;
    let acc1_2 = acc1_0;
    let acc1_3 = acc1_0;
    for (let terms = load<i32>(row, 8) - load<i32>(row); terms > 0; terms--) {
      const from = x + load<u32>(f);
      const w0 = v128.load32_splat(f, 4);
      const w1 = v128.load32_splat(f, 8);
      const x0 = v128.load(from);
      acc0_0 = madd(w0, x0, acc0_0);
      acc1_0 = madd(w1, x0, acc1_0);
      const x1 = v128.load(from, 16);
      acc0_1 = madd(w0, x1, acc0_1);
      acc1_1 = madd(w1, x1, acc1_1);
      const x2 = v128.load(from, 32);
      acc0_2 = madd(w0, x2, acc0_2);
      acc1_2 = madd(w1, x2, acc1_2);
      const x3 = v128.load(from, 48);
      acc0_3 = madd(w0, x3, acc0_3);
      acc1_3 = madd(w1, x3, acc1_3);
      f += 12;
    }
    if (z != 0) {
      let from = z + o * planeBytes;
      acc0_0 = f32x4.add(acc0_0, v128.load(from));
      acc0_1 = f32x4.add(acc0_1, v128.load(from, 16));
      acc0_2 = f32x4.add(acc0_2, v128.load(from, 32));
      acc0_3 = f32x4.add(acc0_3, v128.load(from, 48));
      from += planeBytes;
      acc1_0 = f32x4.add(acc1_0, v128.load(from));
      acc1_1 = f32x4.add(acc1_1, v128.load(from, 16));
      acc1_2 = f32x4.add(acc1_2, v128.load(from, 32));
      acc1_3 = f32x4.add(acc1_3, v128.load(from, 48));
    }
    const least = f32x4.splat(s.lo);
    const most = f32x4.splat(s.hi);
    let to = y + o * yPitch;
    v128.store(to, clamp(acc0_0, least, most));
    v128.store(to, clamp(acc0_1, least, most), 16);
    v128.store(to, clamp(acc0_2, least, most), 32);
    v128.store(to, clamp(acc0_3, least, most), 48);
    to += yPitch;
    v128.store(to, clamp(acc1_0, least, most));
    v128.store(to, clamp(acc1_1, least, most), 16);
    v128.store(to, clamp(acc1_2, least, most), 32);
    v128.store(to, clamp(acc1_3, least, most), 48);
  }
}

/** 4 outputs a row, 8 pixels. */
function sum4x8(s: Step, row: usize, end: usize, f: usize, x: usize, y: usize, yPitch: usize, z: usize): void {
  const planeBytes = ((s.oh * s.ow) as usize) << 2;
  for (; row < end; row += 8) {
    const o = load<u32>(row, 4) as usize;
    let acc0_0 = v128.load32_splat(s.b + (o << 2));
    let acc0_1 = acc0_0;
    let acc1_0 = v128.load32_splat(s.b + (o << 2), 4);
    let acc1_1 = acc1_0;
    let acc2_0 = v128.load32_splat(s.b + (o << 2), 8);
    let acc2_1 = acc2_0;
    let acc3_0 = v128.load32_splat(s.b + (o << 2), 12);
    let acc3_1 = acc3_0;
    for (let terms = load<i32>(row, 8) - load<i32>(row); terms > 0; terms--) {
      const from = x + load<u32>(f);
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      const w0 = v128.load32_splat(f, 4);
      acc0_0 = madd(w0, x0, acc0_0);
      acc0_1 = madd(w0, x1, acc0_1);
      const w1 = v128.load32_splat(f, 8);
      acc1_0 = madd(w1, x0, acc1_0);
      acc1_1 = madd(w1, x1, acc1_1);
      const w2 = v128.load32_splat(f, 12);
      acc2_0 = madd(w2, x0, acc2_0);
      acc2_1 = madd(w2, x1, acc2_1);
      const w3 = v128.load32_splat(f, 16);
      acc3_0 = madd(w3, x0, acc3_0);
      acc3_1 = madd(w3, x1, acc3_1);
      f += 20;
    }
    if (z != 0) {
      let from = z + o * planeBytes;
      acc0_0 = f32x4.add(acc0_0, v128.load(from));
      acc0_1 = f32x4.add(acc0_1, v128.load(from, 16));
      from += planeBytes;
      acc1_0 = f32x4.add(acc1_0, v128.load(from));
      acc1_1 = f32x4.add(acc1_1, v128.load(from, 16));
      from += planeBytes;
      acc2_0 = f32x4.add(acc2_0, v128.load(from));
      acc2_1 = f32x4.add(acc2_1, v128.load(from, 16));
      from += planeBytes;
      acc3_0 = f32x4.add(acc3_0, v128.load(from));
      acc3_1 = f32x4.add(acc3_1, v128.load(from, 16));
    }
    const least = f32x4.splat(s.lo);
    const most = f32x4.splat(s.hi);
    let to = y + o * yPitch;
    v128.store(to, clamp(acc0_0, least, most));
    v128.store(to, clamp(acc0_1, least, most), 16);
    to += yPitch;
    v128.store(to, clamp(acc1_0, least, most));
    v128.store(to, clamp(acc1_1, least, most), 16);
    to += yPitch;
    v128.store(to, clamp(acc2_0, least, most));
    v128.store(to, clamp(acc2_1, least, most), 16);
    to += yPitch;
    v128.store(to, clamp(acc3_0, least, most));
    v128.store(to, clamp(acc3_1, least, most), 16);
  }
}
