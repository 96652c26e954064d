/** Convolution by the stored numbers of a sparse filter alone: assembly/kernels/conv_sparse_f32.ts. */
import { Kernel } from "../../../assembly/abi.js";
import { type Geometry, stepNumbers } from "../geometry.js";
import { bandRows, bandsOf } from "../mask.js";
import { type Place, scratchEach, type Site } from "../site.js";
import { readStored, readWeights, storedCount } from "../weights.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { planMoved } from "./perforated.js";
import { readPlanes, writtenPlanes } from "./planes.js";
import { pace, WEIGHT_COST } from "./tiles.js";

/** How the kernel sums: so many neighbouring outputs together, over so many pixels. */
const SHAPES = [
  { rows: 4, pixels: 8 },
  { rows: 2, pixels: 16 },
  { rows: 1, pixels: 28 },
] as const;
type Sum = (typeof SHAPES)[number];

/**
 * Multiply-adds of the baseline build at the dense product's full rate that one of a stored number takes, by the outputs together:
 * for windows of one pixel, whose strips stay in the first-level cache, and for larger ones.
 */
const TERM_COST = { 1: 1.3, 2: 1.05, 4: 0.95 } as const;
const WINDOW_TERM_COST = { 1: 1.65, 2: 1.35, 4: 1.2 } as const;
/** The same for beginning and ending the sum of one output element, for packing an element, and for one of a window's columns. */
const [OUTPUT_COST, PACKING_COST, COLUMN_COST] = [3, 2, 4];
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

/**
 * How the input is laid out where a window is more than one pixel (`window_columns_f32`): a copy for each of `copies` columns, rows
 * of `width` elements. Where strips do not run over the ends of rows, the copies are as many as the stride, and taps share them;
 * otherwise a copy for each column of the window, whose rows have exactly what the output's pixels meet.
 */
interface Columns {
  readonly copies: number;
  readonly step: number;
  readonly width: number;
  /** Strips run over the ends of rows. */
  readonly runsOn: boolean;
}

function columnsOf(g: Geometry, parts: readonly Pick<Part, "sum">[]): Columns {
  if (parts.some(({ sum }) => g.ow % sum.pixels > 0)) return { copies: g.kw, step: g.dw, width: g.ow, runsOn: true };
  const reach = (g.kw - 1) * g.dw + 1;
  return { copies: Math.min(g.sw, reach), step: 1, width: g.ow - 1 + Math.ceil(reach / g.sw), runsOn: false };
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
    const direct = isPointwise(g);
    const term = (direct ? TERM_COST : WINDOW_TERM_COST)[sum.rows];
    // An offset comes with the numbers of each row.
    const weights = stored * (1 + 1 / sum.rows) * WEIGHT_COST;
    const moved = direct
      ? pixels * (read < READ_OFTEN ? 0 : g.ic * PACKING_COST)
      : g.ic * g.kw * g.ow * phasesOf(g).reduce(add) * COLUMN_COST;
    return g.n * pace(target) * (pixels * (stored * term + g.oc * OUTPUT_COST) + moved + weights);
  },
  // It writes its planes one behind the other.
  plan: (layer, site) => (site.writes ? planMoved(convSparse, layer, site) : plan(layer, site)),
};

function plan(layer: ConvLayer, site: Site): void {
  const { geometry: g } = layer;
  const found = partsOf(layer);
  const columns = isPointwise(g) ? undefined : columnsOf(g, found);
  const copied = columns && site.scratch(4 * g.ic * columns.copies * phasesOf(g).reduce(add) * columns.width);
  const bias = site.constants.floats(g.oc, (to) => layer.bias && to.set(readWeights(layer.bias)));
  const parts = found.map((part) => placePart(part, columns, layer, site));
  const [read, written] = [readPlanes(g, site), writtenPlanes(g, site)];
  if (site.residual) site.mayReplace(site.residual);
  for (let image = 0; image < g.n; image++) {
    if (columns) {
      const { copies, step, width } = columns;
      site.step(Kernel.WindowColumns, {
        ...stepNumbers(g),
        kw: copies,
        dw: step,
        ow: width,
        ...read(image),
        y: copied,
      });
    }
    for (const part of parts) {
      site.step(Kernel.ConvSparse, {
        oc: g.oc,
        oh: g.oh,
        ow: g.ow,
        ...part,
        ...(copied ? { x: copied } : read(image)),
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
function placePart({ sum, rows, terms }: Part, columns: Columns | undefined, layer: ConvLayer, site: Site) {
  const { geometry: g, filter } = layer;
  const isPacked = !columns && terms >= READ_OFTEN * g.ic;
  const stripBytes = 4 * sum.pixels;
  const offsetOf = columns
    ? offsetsIn(columns, layer)
    : offsetsOfPlanes(
        layer,
        isPacked ? { bytes: stripBytes } : { bytes: 4 * g.oh * g.ow, indices: site.reads?.indices },
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
    iw: columns?.width ?? 0,
    dw: columns && !columns.runsOn ? g.ow / sum.pixels : Math.ceil((g.oh * g.ow) / sum.pixels),
    block: sum.rows,
    depth: isPacked ? g.ic : 0,
    ...scratchEach(site, stripBytes * strips + 64),
  };
}

/** A function that says how many bytes behind a strip's first element lies what an output meets at a column of its filter. */
type OffsetOf = (output: number, column: number) => number;

interface Planes {
  readonly bytes: number;
  /** Which of the planes that lie there each channel is; in order where nothing is said. */
  readonly indices?: readonly number[] | undefined;
}

/** In planes one behind the other, for windows of one pixel. */
function offsetsOfPlanes({ geometry: g, groups, filter }: ConvLayer, { bytes, indices }: Planes): OffsetOf {
  const [icg, ocg] = [filter.shape[1]!, g.oc / groups];
  return (output, column) => {
    const channel = Math.floor(output / ocg) * icg + column;
    return (indices?.[channel] ?? channel) * bytes;
  };
}

/** In the copies of columns; a filter's columns are [channel][tap]. */
function offsetsIn({ copies, width, runsOn }: Columns, { geometry: g, groups, filter }: ConvLayer): OffsetOf {
  const [icg, ocg] = [filter.shape[1]!, g.oc / groups];
  const taps = g.kh * g.kw;
  const phases = phasesOf(g);
  const rows = phases.reduce(add);
  const begins = phases.map((_, phase) => phases.slice(0, phase).reduce(add, 0));
  return (output, column) => {
    const channel = Math.floor(output / ocg) * icg + Math.floor(column / taps);
    const [down, tap] = [Math.floor((column % taps) / g.kw) * g.dh, column % g.kw];
    const row = begins[down % g.sh]! + Math.floor(down / g.sh);
    const [copy, across] = runsOn ? [tap, 0] : [(tap * g.dw) % g.sw, Math.floor((tap * g.dw) / g.sw)];
    return 4 * (((channel * copies + copy) * rows + row) * width + across);
  };
}
