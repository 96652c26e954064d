/** Speed-up against the share of the work that went: one curve a series, with a line where nothing is gained. */
import { formatPercentage, formatRatio } from "../units.js";
import { type Drawing, type Size, WIDE } from "./drawing.js";
import { PAINT, type SeriesLook } from "./palette.js";
import { markStyle } from "./trade-off.js";

export interface SpeedUps {
  readonly description: string;
  /** What the y axis is called. */
  readonly measure: string;
  readonly series: readonly SpeedUpSeries[];
}

export interface SpeedUpSeries {
  readonly name: string;
  readonly look: SeriesLook;
  readonly points: readonly SpeedUpPoint[];
}

export interface SpeedUpPoint {
  /** A fraction. */
  readonly sparsity: number;
  /** Above 1 it is faster. */
  readonly speedup: number;
}

/** Ratios that have a line, as far as there are any. */
const RATIOS = [0.25, 0.5, 1, 2, 4, 8, 16];

export function drawSpeedUps({ plot, svg }: Drawing, size: Size, { series, measure, description }: SpeedUps): string {
  const ratios = series.flatMap(({ points }) => points.map(({ speedup }) => speedup));
  const [least, most] = [Math.min(1, ...ratios) / 1.1, Math.max(2, ...ratios) * 1.1];
  const ticks = RATIOS.filter((ratio) => ratio >= least && ratio <= most);
  const place = { x: "sparsity", y: "speedup" } as const;
  const axis = { color: PAINT.muted, labelArrow: "none" } as const;
  const marks = series.flatMap(({ name, look, points }) => [
    plot.line(points, { ...place, z: null, sort: "sparsity", stroke: look.colour, strokeWidth: 1.5 }),
    plot.dot(points, {
      ...place,
      ...markStyle(look, "solid"),
      r: 3.5,
      title: (p: SpeedUpPoint) => `${name}: ${formatRatio(p.speedup)} at ${formatPercentage(p.sparsity, 0)}`,
    }),
  ]);
  const options = {
    height: size === WIDE ? 320 : 260,
    marginLeft: 44,
    marginRight: 16,
    marginTop: 32,
    marginBottom: 46,
    x: { domain: [0, 1] },
    y: { type: "log" as const, domain: [least, most] },
    marks: [
      plot.gridY(ticks, { stroke: PAINT.line, strokeOpacity: 1 }),
      plot.ruleY([1], { stroke: PAINT.ink, strokeDasharray: "4 3" }),
      plot.axisY(ticks, { ...axis, tickSize: 0, tickFormat: (ratio: number) => `${ratio}x`, label: measure }),
      plot.axisX({
        ...axis,
        ticks: 5,
        tickFormat: (share: number) => formatPercentage(share, 0),
        label: "multiply-adds removed",
      }),
      ...marks,
    ],
  };
  return svg(size, options, description);
}
