import { layerGraph } from "../filters.js";
import type { Kind } from "./kind.js";
import { LARGE_WINDOWS, WINDOWS_3X3, WINDOWS_3X3_STRIDED } from "./shapes.js";

/** Every so many-th row and column is computed. */
const GRIDS = [
  [2, 1],
  [2, 2],
  [3, 3],
] as const;

const every = (step: number, size: number) =>
  Array.from({ length: Math.ceil(size / step) }, (_, i) => Math.min(size - 1, i * step + (step >> 1)));

export const perforated: Kind = {
  kind: "perforated",
  meaning: "every so many-th row and column of the output is computed, the others take the nearest value",
  shapes: [
    ...WINDOWS_3X3.slice(0, 3),
    "16x32x32 16 3x3 s1 g1",
    ...WINDOWS_3X3_STRIDED,
    ...LARGE_WINDOWS,
    "64x56x56 256 1x1 s1 g1",
    "256x14x14 1024 1x1 s1 g1",
  ],
  applies: ({ groups }) => groups === 1,
  variants: (shape) =>
    GRIDS.map(([down, across]) => {
      const [oh, ow] = [Math.ceil(shape.ih / shape.stride), Math.ceil(shape.iw / shape.stride)];
      const positions = { rows: every(down, oh), columns: every(across, ow) };
      const sparsity = 1 - (positions.rows.length * positions.columns.length) / (oh * ow);
      return { pattern: `${down} x ${across}`, sparsity, graph: layerGraph(shape, { positions }) };
    }),
};
