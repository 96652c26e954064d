/**
 * Gram matrices: sums over rows of x xT.
 *
 * Layout    rows: panels [width / 8][capacity][8], eight neighbouring features of a row side by side;
 *           sums: tiles [pair of panels][8][8] in float64, the pairs (first <= second) in the order (0, 0), (0, 1), (1, 1), (0, 2) ...
 * Tile      4 x 8 products of a pair: 8 accumulators + 2 vectors + 1 splat = 11 registers.
 */

/** Adds the products of the first `count` rows to the sums. The rows are summed in float32, so keep them few: some hundred. */
export function addGram(rows: Float32Array, width: i32, capacity: i32, count: i32, sums: Float64Array): void {
  const panelBytes = capacity << 5;
  let sum = sums.dataStart;
  for (let second = 0; second < width >> 3; second++) {
    const b = rows.dataStart + second * panelBytes;
    for (let first = 0; first <= second; first++) {
      const a = rows.dataStart + first * panelBytes;
      addTile(a, b, count, sum);
      addTile(a + 16, b, count, sum + 256);
      sum += 512;
    }
  }
}

/** sum[4][8] += a[r][4]T b[r][8] over the rows r, which lie 32 bytes apart. */
function addTile(a: usize, b: usize, count: i32, sum: usize): void {
  let acc0_03 = f32x4.splat(0);
  let acc0_47 = acc0_03;
  let acc1_03 = acc0_03;
  let acc1_47 = acc0_03;
  let acc2_03 = acc0_03;
  let acc2_47 = acc0_03;
  let acc3_03 = acc0_03;
  let acc3_47 = acc0_03;
  for (; count > 0; count--) {
    const b03 = v128.load(b);
    const b47 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    acc0_03 = f32x4.add(acc0_03, f32x4.mul(a0, b03));
    acc0_47 = f32x4.add(acc0_47, f32x4.mul(a0, b47));
    const a1 = v128.load32_splat(a, 4);
    acc1_03 = f32x4.add(acc1_03, f32x4.mul(a1, b03));
    acc1_47 = f32x4.add(acc1_47, f32x4.mul(a1, b47));
    const a2 = v128.load32_splat(a, 8);
    acc2_03 = f32x4.add(acc2_03, f32x4.mul(a2, b03));
    acc2_47 = f32x4.add(acc2_47, f32x4.mul(a2, b47));
    const a3 = v128.load32_splat(a, 12);
    acc3_03 = f32x4.add(acc3_03, f32x4.mul(a3, b03));
    acc3_47 = f32x4.add(acc3_47, f32x4.mul(a3, b47));
    a += 32;
    b += 32;
  }
  addRow(sum, acc0_03, acc0_47);
  addRow(sum + 64, acc1_03, acc1_47);
  addRow(sum + 128, acc2_03, acc2_47);
  addRow(sum + 192, acc3_03, acc3_47);
}

function addRow(sum: usize, v03: v128, v47: v128): void {
  addPair(sum, v03);
  addPair(sum + 16, i64x2.shuffle(v03, v03, 1, 0));
  addPair(sum + 32, v47);
  addPair(sum + 48, i64x2.shuffle(v47, v47, 1, 0));
}

function addPair(sum: usize, low: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(low)));
}
