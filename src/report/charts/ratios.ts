/** What was promised beside what was measured: how many times fewer multiply-adds, how many times faster. */
import { formatRatio } from "../units.js";
import { type Drawing, type Size, WIDE } from "./drawing.js";
import { PAINT, type SeriesLook } from "./palette.js";
import { layOutRows, rowBands, rowTexts } from "./rows.js";

export interface Ratios {
  readonly description: string;
  readonly rows: readonly RatioRow[];
}

export interface RatioRow {
  readonly name: string;
  readonly look: SeriesLook;
  /** The dense network's time over this one's. */
  readonly measured: number;
  /** The same of multiply-adds. */
  readonly promised: number;
}

const ROW = 24;

export function drawRatios(drawing: Drawing, size: Size, { rows: given, description }: Ratios): string {
  const { plot, svg } = drawing;
  const rows = given.map((row, i) => ({
    ...row,
    row: i,
    figures: figuresOf(row, size),
  }));
  const layout = layOutRows(
    size,
    rows.map(({ name }) => name),
    rows.map(({ figures }) => figures),
    ROW,
  );
  const measured = rows.filter((row) => Number.isFinite(row.measured));
  const promised = rows.filter((row) => Number.isFinite(row.promised));
  const ends = [1, ...measured.map((row) => row.measured), ...promised.map((row) => row.promised)];
  const title = (row: RatioRow) =>
    `${row.name}: ${formatRatio(row.measured)} the speed, ${formatRatio(row.promised)} fewer multiply-adds`;
  const options = {
    ...layout,
    x: { axis: null, domain: [Math.min(...ends) - 0.02, Math.max(...ends, 1.1)] },
    y: rowBands(rows, 0.4),
    marks: [
      plot.barX(measured, { x1: 1, x2: "measured", y: "row", fill: (row: RatioRow) => row.look.colour, title }),
      plot.tickX(promised, { x: "promised", y: "row", stroke: PAINT.ink, strokeWidth: 2, inset: -3, title }),
      plot.ruleX([1], { stroke: PAINT.muted }),
      ...rowTexts(drawing, rows, layout),
    ],
  };
  return svg(size, options, description);
}

const figuresOf = ({ measured, promised }: RatioRow, size: Size) =>
  size === WIDE ? `${formatRatio(measured)} of ${formatRatio(promised)}` : formatRatio(measured);
