/** Which numbers of sparse weights are stored. */
import type { Weights } from "../gen/network.js";

/** The parts of weights that store all numbers. */
export const ALL_KEPT = { mask: "all", kept: new Uint8Array(0), block: 0 } as const;

/** A byte of gaps that is followed by more zeros instead of a number. */
export const LONG_GAP = 255;

/** Neighbouring slices along the first axis, "rows", which share their bits of the mask. */
export interface Band {
  /** The first of its rows, and how many it has. */
  readonly row: number;
  readonly rows: number;
  /** What of each row is stored, increasing. A band's numbers are stored as [rows][columns], bands one behind the other. */
  readonly columns: number[];
}

/** How many rows share a bit; all but the last band have so many. */
export const bandRows = ({ block }: Weights) => block || 1;

/** Rows, and numbers in each. */
function sizesOf({ shape }: Weights): [rows: number, columns: number] {
  return [shape[0] ?? 1, shape.slice(1).reduce((product, size) => product * size, 1)];
}

/** The bands of weights that do not store all, which `countKept` has found sound. */
export function bandsOf(weights: Weights): Band[] {
  const [rows, columns] = sizesOf(weights);
  const block = bandRows(weights);
  const bands: Band[] = [];
  for (let row = 0; row < rows; row += block) bands.push({ row, rows: Math.min(block, rows - row), columns: [] });
  eachBit(weights, bands.length * columns, (bit) => bands[Math.floor(bit / columns)]!.columns.push(bit % columns));
  return bands;
}

/** Calls `visit` with the position of each stored number, in order; `weights` are those of `bandsOf`. */
export function eachKept(weights: Weights, visit: (position: number) => void): void {
  const [rows, columns] = sizesOf(weights);
  if (bandRows(weights) === 1) {
    eachBit(weights, rows * columns, visit);
    return;
  }
  for (const band of bandsOf(weights)) {
    for (let row = band.row; row < band.row + band.rows; row++) {
      for (const column of band.columns) visit(row * columns + column);
    }
  }
}

/** How many numbers are stored; -1 where `kept` does not fit the shape. Weights that store all are not walked through. */
export function countKept(weights: Weights): number {
  const { mask, kept, block } = weights;
  const [rows, columns] = sizesOf(weights);
  if (mask === "all") return kept.length + block === 0 ? rows * columns : -1;
  // A bit for each number has one spelling.
  if (block === 1 || block > rows) return -1;
  const shared = bandRows(weights);
  const bits = Math.ceil(rows / shared) * columns;
  // The first bit of the last band, which may have fewer rows.
  const last = bits - columns;
  let stored = 0;
  const fits = eachBit(weights, bits, (bit) => (stored += bit < last ? shared : ((rows - 1) % shared) + 1));
  return fits ? stored : -1;
}

/** Calls `visit` with the place of each 1 among `count` bits, in order. False if `kept` does not say so of exactly so many. */
function eachBit({ mask, kept }: Weights, count: number, visit: (bit: number) => void): boolean {
  const bytes = kept.length;
  if (mask === "gaps") {
    let at = 0;
    for (const gap of kept) {
      at += gap;
      if (at > count) return false;
      if (gap !== LONG_GAP) visit(at++);
    }
    return at <= count && kept[bytes - 1] !== LONG_GAP;
  }
  for (let at = 0; at < count; at++) if ((kept[at >> 3]! >> (at & 7)) & 1) visit(at);
  return bytes === (count + 7) >> 3 && (count % 8 === 0 || kept[bytes - 1]! >> (count % 8) === 0);
}
