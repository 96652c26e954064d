/** The comparison as one picture: accuracy against multiply-adds, and against measured milliseconds. */
import { openDrawing, WIDE } from "../../src/report/charts/drawing.js";
import { drawLegend } from "../../src/report/charts/legend.js";
import { type SeriesLook, seriesLook } from "../../src/report/charts/palette.js";
import { standalone } from "../../src/report/charts/standalone.js";
import { drawTradeOff, type TradeOffPoint } from "../../src/report/charts/trade-off.js";
import type { Measured } from "./measure.js";
import type { Row } from "./rows.js";

interface Series {
  readonly name: string;
  readonly look: SeriesLook;
  readonly rows: readonly Row[];
}

/** Below this the axis of accuracies begins to hide what matters. */
const WORST_SHOWN = 0.5;

/** An SVG file. Of each method and budget the recovery is drawn that keeps most. */
export async function drawReport({ model, rows, dense }: Measured): Promise<string> {
  const drawing = await openDrawing();
  const series = seriesOf(rows);
  const chart = (cost: string, costOf: (row: Pick<Row, "macs" | "medianMs">) => number) =>
    drawTradeOff(drawing, WIDE, {
      description: `${model}: accuracy against ${cost}`,
      cost,
      series: series.map((one) => ({
        look: one.look,
        finish: "solid" as const,
        points: one.rows.map((row) => pointOf(row, costOf(row))),
      })),
      dense: { name: "dense", cost: costOf(dense), accuracy: dense.top1 },
    });
  const charts = [
    chart("million multiply-adds", ({ macs }) => macs! / 1e6),
    chart("milliseconds, median", ({ medianMs }) => medianMs!),
    drawLegend(drawing, WIDE, series),
  ];
  return standalone(charts, WIDE.width);
}

function seriesOf(rows: readonly Row[]): Series[] {
  const names = [...new Set(rows.filter(isShown).map(({ method }) => method))];
  return names.map((name, i) => ({
    name,
    look: seriesLook(i),
    rows: bestOf(rows.filter(({ method }) => method === name)),
  }));
}

const isShown = ({ top1, medianMs, macs }: Row) => macs !== null && medianMs !== null && (top1 ?? 0) >= WORST_SHOWN;

/** The row that keeps most of each budget. */
function bestOf(rows: readonly Row[]): Row[] {
  const best = new Map<Row["budget"], Row>();
  for (const row of rows.filter(isShown)) {
    const before = best.get(row.budget);
    if (!before || row.top1! > before.top1!) best.set(row.budget, row);
  }
  return [...best.values()];
}

const pointOf = ({ method, budget, recover, top1 }: Row, cost: number): TradeOffPoint => ({
  name: [method, ...(budget === null ? [] : [budget]), recover].join(" "),
  cost,
  accuracy: top1!,
});
