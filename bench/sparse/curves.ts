/** What was measured as curves: one chart a kind, one curve a convolution. */
import { openDrawing, WIDE } from "../../src/report/charts/drawing.js";
import { drawLegend } from "../../src/report/charts/legend.js";
import { seriesLook } from "../../src/report/charts/palette.js";
import { drawSpeedUps } from "../../src/report/charts/speed-ups.js";
import { standalone } from "../../src/report/charts/standalone.js";
import type { SparseReport } from "./table.js";

/** Pixels that the line of a convolution takes. */
const NAME = 220;

/** An SVG file. A convolution has one look in all charts. */
export async function drawSpeedups({ rows }: Pick<SparseReport, "rows">): Promise<string> {
  const drawing = await openDrawing();
  const shapes = [...new Set(rows.map(({ shape }) => shape))];
  const entries = shapes.map((name, i) => ({ name, look: seriesLook(i) }));
  const charts = [...new Set(rows.map(({ kind }) => kind))].map((kind) => {
    const series = entries.map(({ name, look }) => ({
      name,
      look,
      points: rows.filter((row) => row.kind === kind && row.shape === name),
    }));
    const measure = `speed-up over the dense convolution, ${kind}`;
    return drawSpeedUps(drawing, WIDE, {
      description: `${measure}, by the share of multiply-adds removed, of ${shapes.length} convolutions`,
      measure,
      series: series.filter(({ points }) => points.length > 0),
    });
  });
  return standalone([...charts, drawLegend(drawing, WIDE, entries, NAME)], WIDE.width);
}
