/** What `sensitivity` draws: one SVG file, so many units a chart that they can be told apart. */
import { type Drawing, openDrawing, WIDE } from "../report/charts/drawing.js";
import { drawLegend } from "../report/charts/legend.js";
import { seriesLook } from "../report/charts/palette.js";
import { shorten } from "../report/charts/rows.js";
import { drawSensitivities, type SensitivityCurve } from "../report/charts/sensitivities.js";
import { standalone } from "../report/charts/standalone.js";

/** A unit as it is printed. */
export interface DrawnUnit {
  readonly name: string;
  readonly width: number;
  readonly points: readonly { readonly kept: number; readonly kl: number; readonly top1: number | null }[];
}

export interface Drawn {
  readonly file: string;
  readonly denseTop1: number | null;
  readonly units: readonly DrawnUnit[];
}

/** Units of one chart, in the network's order. */
const TOGETHER = 12;

/** Characters of a name in the legend, and the pixels that a column of such names needs. */
const NAME = 28;
const COLUMN = 230;

/** The least divergence that is drawn, as a share of the largest: below it is what rounding makes. */
const LEAST = 1e-6;

/** Charts of the divergence, and of top-1 where there are labels; all of a kind have the same axis. */
export async function drawSensitivity({ file, denseTop1, units: all }: Drawn): Promise<string> {
  const drawing = await openDrawing();
  const units = all.filter(({ points }) => points.length > 0);
  const parts = Array.from({ length: Math.ceil(units.length / TOGETHER) }, (_, i) =>
    units.slice(i * TOGETHER, (i + 1) * TOGETHER),
  );
  const measures = [
    divergenceChart(drawing, file, units),
    ...(denseTop1 === null ? [] : [accuracyChart(drawing, file, units, denseTop1)]),
  ];
  const charts = parts.flatMap((part) => [...measures.map((draw) => draw(part)), legendOf(drawing, part)]);
  return standalone(charts, WIDE.width);
}

type Point = DrawnUnit["points"][number];

function divergenceChart(drawing: Drawing, file: string, all: readonly DrawnUnit[]) {
  const values = all.flatMap(({ points }) => points.map(({ kl }) => kl)).filter((kl) => kl > 0 && kl < Infinity);
  const most = values.length > 0 ? Math.max(...values) : 1;
  const range = [Math.max(most * LEAST, Math.min(most / 10, ...values)), most] as const;
  return (units: readonly DrawnUnit[]) =>
    drawSensitivities(drawing, WIDE, {
      description: `${file}: divergence from the dense answers, by unit and share of channels kept`,
      measure: "divergence, nats",
      isShare: false,
      range,
      curves: curvesOf(units, 0, ({ kl }) => (kl < range[0] ? 0 : kl)),
    });
}

function accuracyChart(drawing: Drawing, file: string, all: readonly DrawnUnit[], dense: number) {
  const values = [dense, ...all.flatMap(({ points }) => points.map(({ top1 }) => top1!))];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.01, (most - least) * 0.05);
  return (units: readonly DrawnUnit[]) =>
    drawSensitivities(drawing, WIDE, {
      description: `${file}: top-1, by unit and share of channels kept`,
      measure: "top-1",
      isShare: true,
      range: [Math.max(0, least - room), Math.min(1, most + room)],
      curves: curvesOf(units, dense, ({ top1 }) => top1!),
    });
}

/** From the whole unit on. */
function curvesOf(units: readonly DrawnUnit[], whole: number, valueOf: (point: Point) => number): SensitivityCurve[] {
  return units.map(({ name, width, points }, i) => ({
    name,
    look: seriesLook(i),
    points: [
      { share: 1, value: whole },
      ...points.map((point) => ({ share: point.kept / width, value: valueOf(point) })),
    ],
  }));
}

const legendOf = (drawing: Drawing, units: readonly DrawnUnit[]) =>
  drawLegend(
    drawing,
    WIDE,
    units.map(({ name }, i) => ({ name: shorten(name, NAME), look: seriesLook(i) })),
    COLUMN,
  );
