/**
 * Packs neighbouring pixels of every plane into panels: the lowered matrix of a 1 x 1 convolution with stride 1.
 *
 * Layout    x: rows `rowBytes` apart; y: panels [row][8] one behind the other; where 1 to 4 pixels are left the last is [row][4].
 * Requires  rows >= 1.
 * Reads     whole vectors: up to 7 floats behind the last pixel of a row.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_f32.
 */
export function packRows(x: usize, rows: i32, rowBytes: usize, pixels: i32, y: usize): void {
  const panelBytes = (rows as usize) << 5;
  for (; pixels >= 32; pixels -= 32) {
    fourPanels(x, rows, rowBytes, y, panelBytes);
    x += 128;
    y += panelBytes << 2;
  }
  for (; pixels > 4; pixels -= 8) {
    onePanel(x, rows, rowBytes, y);
    x += 32;
    y += panelBytes;
  }
  if (pixels > 0) halfPanel(x, rows, rowBytes, y);
}

/** Two cache lines of each row at a time. */
function fourPanels(x: usize, rows: i32, rowBytes: usize, y: usize, panelBytes: usize): void {
  const y1 = y + panelBytes;
  const y2 = y1 + panelBytes;
  const y3 = y2 + panelBytes;
  const end = (rows as usize) << 5;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, v128.load(x));
    v128.store(y + i, v128.load(x, 16), 16);
    v128.store(y1 + i, v128.load(x, 32));
    v128.store(y1 + i, v128.load(x, 48), 16);
    v128.store(y2 + i, v128.load(x, 64));
    v128.store(y2 + i, v128.load(x, 80), 16);
    v128.store(y3 + i, v128.load(x, 96));
    v128.store(y3 + i, v128.load(x, 112), 16);
    x += rowBytes;
  }
}

function onePanel(x: usize, rows: i32, rowBytes: usize, y: usize): void {
  for (; rows > 0; rows--) {
    v128.store(y, v128.load(x));
    v128.store(y, v128.load(x, 16), 16);
    x += rowBytes;
    y += 32;
  }
}

function halfPanel(x: usize, rows: i32, rowBytes: usize, y: usize): void {
  for (; rows > 0; rows--) {
    v128.store(y, v128.load(x));
    x += rowBytes;
    y += 16;
  }
}
