/** Convolution by the stored numbers of a sparse filter alone: assembly/kernels/conv_sparse_f32.ts. */
import { Kernel } from "../../../assembly/abi.js";
import { type Geometry, stepNumbers } from "../geometry.js";
import { bandRows, bandsOf } from "../mask.js";
import { type Place, scratchEach, type Site } from "../site.js";
import { readStored, readWeights, storedCount } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { readPlanes, writtenPlanes } from "./planes.js";
import { pace } from "./tiles.js";

/** How the kernel sums: so many neighbouring outputs together, over so many pixels. */
const SHAPES = [
  { rows: 4, pixels: 8 },
  { rows: 2, pixels: 16 },
  { rows: 1, pixels: 28 },
] as const;
type Sum = (typeof SHAPES)[number];

/** Multiply-adds of the baseline build at the dense product's full rate that one of a stored number takes, by the outputs together. */
const TERM_COST = { 1: 1.1, 2: 0.85, 4: 0.75 } as const;
/** The same for beginning and ending the sum of one output element, for packing an element, and for one of a window's columns. */
const [OUTPUT_COST, PACKING_COST, COLUMN_COST] = [3, 2, 2];
/** Planes whose elements are read so often are packed. */
const READ_OFTEN = 4;

/** Some rows of the filter whose outputs are summed alike. */
interface Part {
  readonly sum: Sum;
  readonly rows: readonly Row[];
  readonly terms: number;
}

/** Neighbouring outputs with what of the filter they have stored, as `Band` says; `first` is the place of the first number. */
interface Row {
  readonly output: number;
  readonly columns: readonly number[];
  readonly first: number;
}

/** Whether an output pixel's window is the pixel of the input at its own place. */
function isPointwise(g: Geometry): boolean {
  return g.kh * g.kw * g.sh * g.sw === 1 && g.top + g.left + g.bottom + g.right === 0;
}

/** Rows that are kept of a padded plane, one group for each row of the window modulo the stride (`window_columns_f32`). */
function phasesOf(g: Geometry): number[] {
  const reach = (g.kh - 1) * g.dh + 1;
  const height = (g.oh - 1) * g.sh + reach;
  return Array.from({ length: Math.min(g.sh, reach) }, (_, phase) => Math.ceil((height - phase) / g.sh));
}

const add = (sum: number, value: number) => sum + value;

export const convSparse: ConvKernel = {
  name: "conv_sparse_f32",
  packing: { kind: "sparse" },
  algorithm: "sparse",
  error: 2 ** -20,
  fits: ({ filter }) => filter.mask !== "all",
  cost({ geometry: g, filter }, target) {
    const rows = bandRows(filter);
    const sum = SHAPES.find((shape) => rows >= shape.rows)!;
    const pixels = Math.ceil((g.oh * g.ow) / sum.pixels) * sum.pixels;
    const stored = storedCount(filter);
    const read = stored / sum.rows / g.ic;
    const moved = isPointwise(g)
      ? pixels * (read < READ_OFTEN ? 0 : g.ic * PACKING_COST)
      : g.ic * g.kw * g.ow * phasesOf(g).reduce(add) * COLUMN_COST;
    return g.n * pace(target) * (pixels * (stored * TERM_COST[sum.rows] + g.oc * OUTPUT_COST) + moved);
  },
  plan,
};

function plan(layer: ConvLayer, site: Site): void {
  const { geometry: g } = layer;
  const direct = isPointwise(g);
  const rows = phasesOf(g).reduce(add);
  const columns = direct ? undefined : site.scratch(4 * g.ic * g.kw * rows * g.ow);
  const bias = site.constants.floats(g.oc, (to) => layer.bias && to.set(readWeights(layer.bias)));
  const parts = partsOf(layer).map((part) => placePart(part, layer, site));
  const [read, written] = [readPlanes(g, site), writtenPlanes(g, site)];
  if (site.residual) site.mayReplace(site.residual);
  for (let image = 0; image < g.n; image++) {
    if (columns) site.step(Kernel.WindowColumns, { ...stepNumbers(g), ...read(image), y: columns });
    for (const part of parts) {
      site.step(Kernel.ConvSparse, {
        oc: g.oc,
        oh: g.oh,
        ow: g.ow,
        ...part,
        ...(columns ? { x: columns } : read(image)),
        ...written(image),
        b: bias,
        lo: site.lo,
        hi: site.hi,
      });
    }
  }
}

/** The rows of the filter, those that are summed alike together. */
function partsOf({ geometry: g, groups, filter }: ConvLayer): Part[] {
  const ocg = g.oc / groups;
  const rows = new Map<Sum, Row[]>(SHAPES.map((sum) => [sum, []]));
  let first = 0;
  for (const band of bandsOf(filter)) {
    const end = band.row + band.rows;
    for (let output = band.row; output < end;) {
      // Outputs of different groups meet different channels at the same column.
      const left = Math.min(end - output, ocg - (output % ocg));
      const sum = SHAPES.find((shape) => left >= shape.rows)!;
      rows.get(sum)!.push({ output, columns: band.columns, first });
      first += sum.rows * band.columns.length;
      output += sum.rows;
    }
  }
  const parts = [...rows].map(([sum, rows]) => ({ sum, rows, terms: rows.map(termsOf).reduce(add, 0) }));
  return parts.filter(({ rows }) => rows.length > 0);
}

const termsOf = ({ columns }: Row) => columns.length;

/** The terms and the table of rows of a part, as a step's fields. */
function placePart({ sum, rows, terms }: Part, layer: ConvLayer, site: Site) {
  const { geometry: g, filter } = layer;
  const isPacked = isPointwise(g) && terms >= READ_OFTEN * g.ic;
  const stripBytes = 4 * sum.pixels;
  const offsetOf = offsetsOf(
    layer,
    isPacked ? stripBytes : undefined,
    isPacked || !isPointwise(g) ? undefined : site.reads?.indices,
  );
  const f = site.constants.words(terms * (sum.rows + 1), (to) => {
    const values = new Float32Array(to.buffer, to.byteOffset, to.length);
    const stored = readStored(filter);
    let at = 0;
    for (const { output, columns, first } of rows) {
      for (const [i, column] of columns.entries()) {
        to[at++] = offsetOf(output, column);
        for (let r = 0; r < sum.rows; r++) values[at++] = stored[first + r * columns.length + i]!;
      }
    }
  });
  const table: Place = site.constants.words(2 * rows.length + 1, (to) => {
    rows.forEach((row, i) => {
      to[2 * i + 1] = row.output;
      to[2 * i + 2] = to[2 * i]! + termsOf(row);
    });
  });
  const strips = g.oc + (isPacked ? g.ic : 0);
  return {
    f,
    table,
    kh: rows.length,
    block: sum.rows,
    depth: isPacked ? g.ic : 0,
    ...scratchEach(site, stripBytes * strips + 64),
  };
}

/** The byte offset of the element that the first output pixel meets at one of an output's columns of the filter [channel][tap]. */
function offsetsOf({ geometry: g, groups, filter }: ConvLayer, packedBytes?: number, reads?: readonly number[]) {
  const [icg, ocg] = [filter.shape[1]!, g.oc / groups];
  const taps = g.kh * g.kw;
  const phases = phasesOf(g);
  // Bytes of one column's rows; where the input is read as it is, of a plane.
  const columnBytes = packedBytes ?? 4 * g.ow * phases.reduce(add);
  const begins = phases.map((_, phase) => phases.slice(0, phase).reduce(add, 0));
  return (output: number, column: number): number => {
    const channel = Math.floor(output / ocg) * icg + Math.floor(column / taps);
    const [row, across] = [Math.floor((column % taps) / g.kw) * g.dh, column % g.kw];
    const below = begins[row % g.sh]! + Math.floor(row / g.sh);
    return ((reads?.[channel] ?? channel) * g.kw + across) * columnBytes + 4 * below * g.ow;
  };
}
