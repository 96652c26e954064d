/**
 * Product of dense float64 matrices: y[i][j] = sum over k of a[i][k] * b[k][j].
 *
 * Layout    all row-major; four columns of b at a time are copied to a panel [k][4], behind the last column zeros.
 * Tile      4 rows x 4 columns: 8 accumulators + 2 vectors + 1 splat = 11 registers.
 * Requires  rows, inner, columns >= 1.
 * Writes    exactly y.
 * Oracle    plain loops in tests/linalg/products.test.ts.
 */
export function multiply(a: Float64Array, b: Float64Array, rows: i32, inner: i32, columns: i32, y: Float64Array): void {
  const panel = new Float64Array(inner << 2);
  for (let j = 0; j < columns; j += 4) {
    const width = min(4, columns - j);
    packPanel(b.dataStart + (j << 3), columns, width, inner, panel.dataStart);
    let from = a.dataStart;
    let to = y.dataStart + (j << 3);
    let i = rows;
    for (; i >= 4; i -= 4) {
      tile4(from, inner, panel.dataStart, to, columns, width);
      from += inner << 5;
      to += columns << 5;
    }
    for (; i > 0; i--) {
      tile1(from, inner, panel.dataStart, to, width);
      from += inner << 3;
      to += columns << 3;
    }
  }
}

function packPanel(b: usize, columns: i32, width: i32, inner: i32, to: usize): void {
  for (; inner > 0; inner--) {
    for (let j = 0; j < width; j++) store<f64>(to + (j << 3), load<f64>(b + (j << 3)));
    for (let j = width; j < 4; j++) store<f64>(to + (j << 3), 0);
    b += columns << 3;
    to += 32;
  }
}

function tile4(a: usize, inner: i32, panel: usize, y: usize, columns: i32, width: i32): void {
  let acc0_01 = f64x2.splat(0);
  let acc0_23 = acc0_01;
  let acc1_01 = acc0_01;
  let acc1_23 = acc0_01;
  let acc2_01 = acc0_01;
  let acc2_23 = acc0_01;
  let acc3_01 = acc0_01;
  let acc3_23 = acc0_01;
  const row = inner << 3;
  let a1 = a + row;
  let a2 = a1 + row;
  let a3 = a2 + row;
  for (; inner > 0; inner--) {
    const b01 = v128.load(panel);
    const b23 = v128.load(panel, 16);
    let v = v128.load64_splat(a);
    acc0_01 = f64x2.add(acc0_01, f64x2.mul(v, b01));
    acc0_23 = f64x2.add(acc0_23, f64x2.mul(v, b23));
    v = v128.load64_splat(a1);
    acc1_01 = f64x2.add(acc1_01, f64x2.mul(v, b01));
    acc1_23 = f64x2.add(acc1_23, f64x2.mul(v, b23));
    v = v128.load64_splat(a2);
    acc2_01 = f64x2.add(acc2_01, f64x2.mul(v, b01));
    acc2_23 = f64x2.add(acc2_23, f64x2.mul(v, b23));
    v = v128.load64_splat(a3);
    acc3_01 = f64x2.add(acc3_01, f64x2.mul(v, b01));
    acc3_23 = f64x2.add(acc3_23, f64x2.mul(v, b23));
    panel += 32;
    a += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
  }
  const pitch = columns << 3;
  storeRow(y, acc0_01, acc0_23, width);
  storeRow(y + pitch, acc1_01, acc1_23, width);
  storeRow(y + 2 * pitch, acc2_01, acc2_23, width);
  storeRow(y + 3 * pitch, acc3_01, acc3_23, width);
}

function tile1(a: usize, inner: i32, panel: usize, y: usize, width: i32): void {
  let acc01 = f64x2.splat(0);
  let acc23 = acc01;
  for (; inner > 0; inner--) {
    const v = v128.load64_splat(a);
    acc01 = f64x2.add(acc01, f64x2.mul(v, v128.load(panel)));
    acc23 = f64x2.add(acc23, f64x2.mul(v, v128.load(panel, 16)));
    panel += 32;
    a += 8;
  }
  storeRow(y, acc01, acc23, width);
}

function storeRow(y: usize, v01: v128, v23: v128, width: i32): void {
  store<f64>(y, f64x2.extract_lane(v01, 0));
  if (width > 1) store<f64>(y, f64x2.extract_lane(v01, 1), 8);
  if (width > 2) store<f64>(y, f64x2.extract_lane(v23, 0), 16);
  if (width > 3) store<f64>(y, f64x2.extract_lane(v23, 1), 24);
}
