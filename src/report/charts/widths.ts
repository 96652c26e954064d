/** Channels of each unit before and after, as an espalier: branches left and right of one stem, cut back. */
import type { UnitWidth } from "../comparison.js";
import type { Drawing, Size } from "./drawing.js";
import { PAINT } from "./palette.js";
import { layOutRows, rowBands, rowTexts } from "./rows.js";

export interface Widths {
  readonly description: string;
  readonly units: readonly UnitWidth[];
}

/** Pixels a row, and the number of rows from which on they are lower. */
const ROW = 22;
const LOW_ROW = 16;
const MANY = 30;

export function drawWidths(drawing: Drawing, size: Size, { units, description }: Widths): string {
  const { plot, svg } = drawing;
  const rows = units.map((unit, i) => ({ ...unit, row: i, figures: figuresOf(unit) }));
  const names = rows.map(({ name }) => name);
  const layout = layOutRows(
    size,
    names,
    rows.map(({ figures }) => figures),
    rows.length > MANY ? LOW_ROW : ROW,
  );
  const half = Math.max(1, ...units.map(({ before }) => before).filter(Number.isFinite)) / 2;
  const title = (unit: UnitWidth) => `${unit.name}: ${unit.after} of ${unit.before} channels`;
  const branch = (key: "before" | "after") => ({
    x1: (unit: UnitWidth) => -unit[key] / 2,
    x2: (unit: UnitWidth) => unit[key] / 2,
    y: "row",
    rx: 2,
    title,
  });
  const options = {
    ...layout,
    x: { axis: null, domain: [-half, half] },
    y: rowBands(rows, 0.3),
    marks: [
      plot.ruleX([0], { stroke: PAINT.accent, strokeWidth: 2 }),
      plot.barX(rows, { ...branch("before"), fill: PAINT.before, fillOpacity: 0.55 }),
      plot.barX(rows, { ...branch("after"), fill: PAINT.accent }),
      ...rowTexts(drawing, rows, layout),
    ],
  };
  return svg(size, options, description);
}

const figuresOf = ({ before, after }: UnitWidth) => (before === after ? `${before}` : `${before} → ${after}`);
