/** The tiles of the packed matrix products (assembly/kernels/gemm_f32.ts): their sizes, their rates, and filters packed for them. */
import type { Target } from "../target.js";

/** Which splats a product uses: loads, in panels of 6, 4 and 2 output channels, or shuffles, in panels of 4. */
export interface Tile {
  readonly most: 6 | 4;
  readonly rate: (rows: number, lanes: number, target: Target) => number;
}

/** Multiply-adds a second, relative to the fastest tile of the build where loads are cheap; measured in the first-level cache. */
export const SPLATS_BY_LOADS: Tile = {
  most: 6,
  rate(rows, lanes, { build, checksLoads }) {
    const loads = checksLoads ? 0.6 : 1;
    if (lanes === 4) return loads * (rows === 6 ? 0.7 : rows === 4 ? 0.6 : 0.35);
    return loads * (rows === 6 ? 1 : rows === 4 ? (build === "relaxed" ? 0.84 : 0.95) : 0.6);
  },
};
export const SPLATS_BY_SHUFFLES: Tile = {
  most: 4,
  rate: (_rows, lanes, { build }) => (lanes === 4 ? 0.6 : build === "relaxed" ? 0.85 : 0.8),
};

/** Multiply-adds of the baseline build in the time of reading one weight that no cache holds. */
export const WEIGHT_COST = 5;

/** How many multiply-adds the build does in the time of one of the baseline build: what only moves numbers gets dearer. */
export function pace({ build }: Target): number {
  return build === "relaxed" ? 1.4 : 1;
}

/** Output channels of the panel that begins where `left` are left: as `tileRows` in the engine. */
function tileRows(most: number, left: number): number {
  if (most === 4 || left >= 5) return most;
  return left <= 2 ? 2 : 4;
}

/** Output channels of each panel; only the last is smaller, filled up to what a tile computes. */
export function panelRows({ most }: Tile, rows: number): number[] {
  return Array.from({ length: Math.ceil(rows / most) }, (_, i) => tileRows(most, rows - i * most));
}

/** Rows of all panels together. */
export function paddedRows(tile: Tile, rows: number): number {
  return panelRows(tile, rows).reduce((sum, panel) => sum + panel, 0);
}

/** Time of a product of `rows` x `depth` and `depth` x `columns`, in multiply-adds of the fastest tile. */
export function productCost(tile: Tile, rows: number, depth: number, columns: number, target: Target): number {
  const left = columns % 8;
  const wide = Math.floor(columns / 8) + (left > 4 ? 1 : 0);
  const narrow = left > 0 && left <= 4 ? 1 : 0;
  let cost = 0;
  for (const panel of panelRows(tile, rows)) {
    cost += (wide * panel * 8) / tile.rate(panel, 8, target) + (narrow * panel * 4) / tile.rate(panel, 4, target);
  }
  return cost * depth;
}

/** Where element [row][k] of a filter of `rows` x `depth` stands in its panels [k][rows of the panel]. */
export function panelOffset({ most }: Tile, rows: number, depth: number, row: number): { first: number; step: number } {
  const begin = row - (row % most);
  return { first: begin * depth + (row - begin), step: tileRows(most, rows - begin) };
}
