/**
 * The transforms of Winograd's F(2x2, 3x3) (Lavin and Gray 2016, section 4.1), four tiles side by side in the lanes.
 *
 * Layout    a tile reads 4 x 4 pixels and makes 2 x 2; the 16 transformed values lie `pitch` bytes apart.
 * Tile      4 tiles of one channel.
 * Requires  scratch: 16 vectors.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_winograd_f32.
 */

const VECTOR: usize = 16;

/** Columns of a tile, the rows of B^T over its rows; 4 vectors to `y`, one row of the tile each. */
function inputColumns(p: usize, rowBytes: usize, y: usize): void {
  const d0 = v128.load(p);
  const d1 = v128.load(p + rowBytes);
  const d2 = v128.load(p + 2 * rowBytes);
  const d3 = v128.load(p + 3 * rowBytes);
  v128.store(y, f32x4.sub(d0, d2));
  v128.store(y, f32x4.add(d1, d2), 16);
  v128.store(y, f32x4.sub(d2, d1), 32);
  v128.store(y, f32x4.sub(d1, d3), 48);
}

/** B^T d B of one channel of the tiles at p0 to p3, whose rows are `rowBytes` apart. Reads exactly 4 x 4 pixels of each. */
export function winogradInput2(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  scratch: usize,
  y: usize,
  pitch: usize,
): void {
  inputColumns(p0, rowBytes, scratch);
  inputColumns(p1, rowBytes, scratch + 64);
  inputColumns(p2, rowBytes, scratch + 128);
  inputColumns(p3, rowBytes, scratch + 192);
  for (let i: usize = 0; i < 4; i++) {
    const t = scratch + i * VECTOR;
    const a0 = v128.load(t);
    const a1 = v128.load(t, 64);
    const a2 = v128.load(t, 128);
    const a3 = v128.load(t, 192);
    const low01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(a2, a3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(a2, a3, 2, 6, 3, 7);
    const d0 = v128.shuffle<f32>(low01, low23, 0, 1, 4, 5);
    const d1 = v128.shuffle<f32>(low01, low23, 2, 3, 6, 7);
    const d2 = v128.shuffle<f32>(high01, high23, 0, 1, 4, 5);
    const d3 = v128.shuffle<f32>(high01, high23, 2, 3, 6, 7);
    v128.store(y, f32x4.sub(d0, d2));
    v128.store(y + pitch, f32x4.add(d1, d2));
    v128.store(y + 2 * pitch, f32x4.sub(d2, d1));
    v128.store(y + 3 * pitch, f32x4.sub(d1, d3));
    y += 4 * pitch;
  }
}

/**
 * A^T m A of four tiles: m has 16 vectors `pitch` bytes apart. Afterwards scratch holds a vector for each tile: its 2 rows of 2
 * pixels.
 */
export function winogradOutput2(m: usize, pitch: usize, scratch: usize): void {
  const columns = scratch + 4 * VECTOR;
  for (let j: usize = 0; j < 4; j++) {
    const x = m + j * pitch;
    const m0 = v128.load(x);
    const m1 = v128.load(x + 4 * pitch);
    const m2 = v128.load(x + 8 * pitch);
    const m3 = v128.load(x + 12 * pitch);
    v128.store(columns + j * VECTOR, f32x4.add(m0, f32x4.add(m1, m2)));
    v128.store(columns + (j + 4) * VECTOR, f32x4.sub(f32x4.sub(m1, m2), m3));
  }
  const a0 = v128.load(columns);
  const a1 = v128.load(columns, 16);
  const a2 = v128.load(columns, 32);
  const a3 = v128.load(columns, 48);
  const b0 = v128.load(columns, 64);
  const b1 = v128.load(columns, 80);
  const b2 = v128.load(columns, 96);
  const b3 = v128.load(columns, 112);
  storeTiles2(
    f32x4.add(a0, f32x4.add(a1, a2)),
    f32x4.sub(f32x4.sub(a1, a2), a3),
    f32x4.add(b0, f32x4.add(b1, b2)),
    f32x4.sub(f32x4.sub(b1, b2), b3),
    scratch,
  );
}

/** The four pixels of four tiles of 2 x 2, a vector for each tile. */
export function storeTiles2(topLeft: v128, topRight: v128, bottomLeft: v128, bottomRight: v128, scratch: usize): void {
  const top01 = v128.shuffle<f32>(topLeft, topRight, 0, 4, 1, 5);
  const top23 = v128.shuffle<f32>(topLeft, topRight, 2, 6, 3, 7);
  const bottom01 = v128.shuffle<f32>(bottomLeft, bottomRight, 0, 4, 1, 5);
  const bottom23 = v128.shuffle<f32>(bottomLeft, bottomRight, 2, 6, 3, 7);
  v128.store(scratch, v128.shuffle<f32>(top01, bottom01, 0, 1, 4, 5));
  v128.store(scratch, v128.shuffle<f32>(top01, bottom01, 2, 3, 6, 7), 16);
  v128.store(scratch, v128.shuffle<f32>(top23, bottom23, 0, 1, 4, 5), 32);
  v128.store(scratch, v128.shuffle<f32>(top23, bottom23, 2, 3, 6, 7), 48);
}
