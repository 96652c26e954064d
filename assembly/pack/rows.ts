/**
 * Packs neighbouring pixels of every plane into panels: the lowered matrix of a 1 x 1 convolution with stride 1.
 *
 * Layout    x: rows `rowBytes` apart or, where `reads` is not 0, where that table says, in bytes behind x; y: panels [row][8] one behind the other; where 1 to 4 pixels are left the last is [row][4].
 * Requires  rows >= 1.
 * Reads     whole vectors: up to 7 floats behind the last pixel of a row.
 * Oracle    src/ops/conv.ts `evaluate`, through conv_f32.
 */
export function packRows(x: usize, rows: i32, rowBytes: usize, reads: usize, pixels: i32, y: usize): void {
  const panelBytes = (rows as usize) << 5;
  for (; pixels >= 32; pixels -= 32) {
    fourPanels(x, rows, rowBytes, reads, y, panelBytes);
    x += 128;
    y += panelBytes << 2;
  }
  for (; pixels > 4; pixels -= 8) {
    onePanel(x, rows, rowBytes, reads, y);
    x += 32;
    y += panelBytes;
  }
  if (pixels > 0) halfPanel(x, rows, rowBytes, reads, y);
}

/** Two cache lines of each row at a time. */
function fourPanels(x: usize, rows: i32, rowBytes: usize, reads: usize, y: usize, panelBytes: usize): void {
  const y1 = y + panelBytes;
  const y2 = y1 + panelBytes;
  const y3 = y2 + panelBytes;
  const end = (rows as usize) << 5;
  let from = x;
  for (let i: usize = 0; i < end; i += 32) {
    if (reads != 0) {
      from = x + load<u32>(reads);
      reads += 4;
    }
    v128.store(y + i, v128.load(from));
    v128.store(y + i, v128.load(from, 16), 16);
    v128.store(y1 + i, v128.load(from, 32));
    v128.store(y1 + i, v128.load(from, 48), 16);
    v128.store(y2 + i, v128.load(from, 64));
    v128.store(y2 + i, v128.load(from, 80), 16);
    v128.store(y3 + i, v128.load(from, 96));
    v128.store(y3 + i, v128.load(from, 112), 16);
    from += rowBytes;
  }
}

function onePanel(x: usize, rows: i32, rowBytes: usize, reads: usize, y: usize): void {
  let from = x;
  for (; rows > 0; rows--) {
    if (reads != 0) {
      from = x + load<u32>(reads);
      reads += 4;
    }
    v128.store(y, v128.load(from));
    v128.store(y, v128.load(from, 16), 16);
    from += rowBytes;
    y += 32;
  }
}

function halfPanel(x: usize, rows: i32, rowBytes: usize, reads: usize, y: usize): void {
  let from = x;
  for (; rows > 0; rows--) {
    if (reads != 0) {
      from = x + load<u32>(reads);
      reads += 4;
    }
    v128.store(y, v128.load(from));
    from += rowBytes;
    y += 16;
  }
}
