/**
 * Convolutions that compute some of their pixels: into planes of their own, from which assembly/kernels/expand_f32.ts fills up the
 * output. A kernel may compute everything, only the pixels, or, where they are every second or third, a convolution with larger strides.
 */
import { Kernel } from "../../../assembly/abi.js";
import type { Geometry } from "../geometry.js";
import { type Computed, nearestComputed } from "../positions.js";
import { type Place, scratchEach, type Site, type StepFields } from "../site.js";
import type { Target } from "../target.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { keepPlanes, writtenPlanes } from "./planes.js";
import { pace } from "./tiles.js";

/** Multiply-adds of the baseline build that filling up one element takes, of a grid and of other pixels. */
const [GRID_COST, PIXEL_COST] = [1.5, 3];

/** A layer that computes the pixels, alone and in order, or with all others. */
interface Way {
  readonly layer: ConvLayer;
  readonly alone: boolean;
}

function waysOf(kernel: ConvKernel, layer: ConvLayer, computed: Computed): Way[] {
  const { geometry: g } = layer;
  const pixels = { numbers: computed.pixels, width: g.ow };
  const few = { ...layer, geometry: { ...g, oh: 1, ow: pixels.numbers.length }, pixels };
  const strided = stridedOf(g, computed);
  const ways: Way[] = [
    { layer, alone: false },
    { layer: few, alone: true },
    ...(strided ? [{ layer: { ...layer, geometry: strided }, alone: true }] : []),
  ];
  return ways.filter((way) => kernel.fits(way.layer) && (!way.layer.pixels || kernel.picksPixels));
}

/** The convolution whose outputs are the pixels of a regular grid, if its first one does not begin inside the padding's end. */
function stridedOf(g: Geometry, { grid }: Computed): Geometry | undefined {
  if (!grid) return undefined;
  const [down, across] = [stepOf(grid.rows), stepOf(grid.columns)];
  const [top, left] = [g.top - grid.rows[0]! * g.sh, g.left - grid.columns[0]! * g.sw];
  if (!down || !across || top < 0 || left < 0) return undefined;
  const [oh, ow] = [grid.rows.length, grid.columns.length];
  return { ...g, sh: g.sh * down, sw: g.sw * across, top, left, oh, ow };
}

function stepOf(list: readonly number[]): number | undefined {
  const step = list.length > 1 ? list[1]! - list[0]! : 1;
  return list.every((number, i) => number === list[0]! + i * step) ? step : undefined;
}

/** The kernel for layers of which these pixels are computed, in its cheapest way; the others take the value of the nearest. */
export function perforated(kernel: ConvKernel, computed: Computed): ConvKernel {
  const cheapest = (layer: ConvLayer, target: Target): Way & { cost: number } => {
    const { n, oc, oh, ow } = layer.geometry;
    const filling = n * oc * oh * ow * (computed.grid ? GRID_COST : PIXEL_COST) * pace(target);
    const ways = waysOf(kernel, layer, computed);
    const costs = ways.map((way) => ({ ...way, cost: kernel.cost(way.layer, target) + filling }));
    return costs.sort((a, b) => a.cost - b.cost)[0]!;
  };
  return {
    ...kernel,
    fits: (layer) => waysOf(kernel, layer, computed).length > 0,
    cost: (layer, target) => cheapest(layer, target).cost,
    plan(layer, site) {
      // The rule asks for costs of one thread, so that the number of threads changes no bits; the same way is taken here.
      const way = cheapest(layer, { ...site.target, threads: 1 });
      const { oh, ow } = way.layer.geometry;
      const table = fillTable(layer.geometry, computed, way.alone, site);
      planApart(kernel, way.layer, layer.geometry, table, oh * ow, site);
    },
  };
}

/** A layer whose kernel cannot put planes where they belong: it computes into planes of its own, which are then moved. */
export function planMoved(kernel: ConvKernel, layer: ConvLayer, site: Site): void {
  const { oh, ow } = layer.geometry;
  const [rows, columns] = [oh, ow].map((size) => Array.from({ length: size }, (_, i) => i));
  planApart(kernel, layer, layer.geometry, gridTable(rows!, columns!, ow, site), oh * ow, site);
}

function planApart(
  kernel: ConvKernel,
  layer: ConvLayer,
  g: Geometry,
  table: Pick<StepFields, "table" | "kh">,
  pixels: number,
  site: Site,
): void {
  const place = site.scratch(4 * g.n * g.oc * pixels);
  const output = { shape: [g.n, g.oc, layer.geometry.oh, layer.geometry.ow], place };
  kernel.plan(layer, { ...site, output, residual: undefined, writes: undefined, lo: -Infinity, hi: Infinity });
  if (site.residual) site.mayReplace(site.residual);
  const [written, scratch] = [writtenPlanes(g, site), scratchEach(site, 4 * g.ow)];
  for (let image = 0; image < g.n; image++) {
    site.step(Kernel.Expand, {
      ...written(image),
      ...table,
      ...scratch,
      x: { ...place, offset: place.offset + 4 * image * g.oc * pixels },
      oc: g.oc,
      iw: pixels,
      oh: g.oh,
      ow: g.ow,
      lo: site.lo,
      hi: site.hi,
    });
  }
  keepPlanes(g, site);
}

/** Where each pixel takes its value from, in planes of the computed pixels alone or of all. */
function fillTable(g: Geometry, computed: Computed, alone: boolean, site: Site): Pick<StepFields, "table" | "kh"> {
  const { pixels, grid } = computed;
  if (grid) {
    const nearest = (list: readonly number[], size: number) => [
      ...nearestComputed({ pixels: list, grid: undefined }, 1, size),
    ];
    const [rows, columns] = [nearest(grid.rows, g.oh), nearest(grid.columns, g.ow)];
    if (alone) return gridTable(rows, columns, grid.columns.length, site);
    return gridTable(
      rows.map((i) => grid.rows[i]!),
      columns.map((i) => grid.columns[i]!),
      g.ow,
      site,
    );
  }
  const fill = (to: Int32Array) =>
    nearestComputed(computed, g.oh, g.ow).forEach((i, pixel) => (to[pixel] = 4 * (alone ? i : pixels[i]!)));
  return { kh: 0, table: site.constants.words(g.oh * g.ow, fill) };
}

/** The source of each row, and of each column, in planes of this width. */
function gridTable(
  rows: readonly number[],
  columns: readonly number[],
  width: number,
  site: Site,
): { readonly table: Place; readonly kh: number } {
  const table = [...rows.map((row) => 4 * row * width), ...columns.map((column) => 4 * column)];
  return { kh: 1, table: site.constants.words(table.length, (to) => to.set(table), `grid ${table.join(" ")}`) };
}
