/** Accuracy against a cost (measured time, multiply-adds): one series a method, up and to the left is better. */
import { formatPercentage } from "../units.js";
import { type Drawing, type Size, WIDE } from "./drawing.js";
import { DENSE_LOOK, PAINT, type SeriesLook } from "./palette.js";

export interface TradeOff {
  readonly description: string;
  /** What is on the x axis, with its unit. */
  readonly cost: string;
  readonly series: readonly TradeOffSeries[];
  readonly dense?: TradeOffPoint | undefined;
  /** Is ringed and named. */
  readonly chosen?: TradeOffPoint | undefined;
}

export interface TradeOffSeries {
  readonly look: SeriesLook;
  readonly finish: Finish;
  readonly points: readonly TradeOffPoint[];
}

export interface TradeOffPoint {
  readonly name: string;
  readonly cost: number;
  /** A fraction. */
  readonly accuracy: number;
  /** Half the length of its bar, a fraction. */
  readonly error?: number | undefined;
}

/** How a series is drawn: its recovery, where a method has several series. */
export type Finish = "hollow" | "pale" | "solid";

const DASHES: Readonly<Record<Finish, string>> = { hollow: "1 4", pale: "5 4", solid: "none" };

/** Fill and stroke of a symbol. */
export function markStyle({ colour, symbol }: SeriesLook, finish: Finish) {
  const fill = finish === "hollow" ? PAINT.card : colour;
  return { symbol, r: 4.5, fill, fillOpacity: finish === "pale" ? 0.4 : 1, stroke: colour, strokeWidth: 1.5 };
}

export function drawTradeOff({ plot, svg }: Drawing, size: Size, chart: TradeOff): string {
  const isWide = size === WIDE;
  const series = chart.series.map((one) => ({ ...one, points: one.points.filter(isDrawable) }));
  const dense = chart.dense && isDrawable(chart.dense) ? chart.dense : undefined;
  const all = [...series.flatMap(({ points }) => points), ...(dense ? [dense] : [])];
  const place = { x: "cost", y: "accuracy" } as const;
  const marks = series.flatMap(({ look, finish, points }) => [
    plot.line(points, { ...place, z: null, sort: "cost", stroke: look.colour, strokeDasharray: DASHES[finish] }),
    plot.ruleX(points.filter(hasError), { x: "cost", y1: low, y2: high, stroke: look.colour, strokeOpacity: 0.45 }),
    plot.dot(points, { ...place, ...markStyle(look, finish), title: describe }),
  ]);
  const [across, up] = isWide ? [8, 7] : [5, 5];
  const axis = { color: PAINT.muted, labelArrow: "none" } as const;
  const options = {
    height: isWide ? 380 : 300,
    ...MARGIN,
    x: { domain: padded(all.map(({ cost }) => cost)) },
    y: { domain: padded(all.flatMap((point) => [low(point), high(point)])) },
    marks: [
      plot.gridY({ stroke: PAINT.line, strokeOpacity: 1, ticks: up }),
      plot.axisY({ ...axis, tickSize: 0, tickFormat: percent(all), ticks: up, label: "accuracy" }),
      plot.axisX({ ...axis, ticks: across, label: chart.cost }),
      ...(dense ? denseMarks(plot, dense) : []),
      ...marks,
      ...(chart.chosen && isDrawable(chart.chosen) ? chosenMarks(plot, chart.chosen, all, size) : []),
    ],
  };
  return svg(size, options, chart.description);
}

/** Pixels. */
const MARGIN = { marginLeft: 48, marginRight: 16, marginTop: 32, marginBottom: 46 } as const;

type Library = Drawing["plot"];

function denseMarks(plot: Library, dense: TradeOffPoint) {
  const label = { ...NAMED, textAnchor: "end" as const, dx: 6, dy: -14, text: ["dense"] };
  return [
    plot.ruleY([dense.accuracy], { stroke: PAINT.muted, strokeDasharray: "2 3" }),
    plot.ruleX([dense].filter(hasError), { x: "cost", y1: low, y2: high, stroke: PAINT.ink, strokeOpacity: 0.45 }),
    plot.dot([dense], { ...markStyle(DENSE_LOOK, "solid"), r: 6, x: "cost", y: "accuracy", title: describe }),
    plot.text([dense], { ...label, x: "cost", y: "accuracy" }),
  ];
}

/** Up and to the left of a good network there is nothing, so its name goes there if it has room; the ring alone must do if not. */
function chosenMarks(plot: Library, chosen: TradeOffPoint, all: readonly TradeOffPoint[], size: Size) {
  const [least, most] = padded(all.map(({ cost }) => cost));
  const left = ((chosen.cost - least) / (most - least)) * (size.width - MARGIN.marginLeft - MARGIN.marginRight);
  const place = { x: "cost", y: "accuracy" } as const;
  const ring = plot.dot([chosen], { ...place, ...RING, title: describe });
  if (left < 0.65 * size.fontSize * chosen.name.length) return [ring];
  return [ring, plot.text([chosen], { ...NAMED, ...place, textAnchor: "end", dx: 8, dy: -19, text: "name" })];
}

/** Around the chosen one. */
export const RING = { r: 10, stroke: PAINT.ink, strokeWidth: 1.5 } as const;

/** Names stand on whatever is behind them. */
const NAMED = { fill: PAINT.ink, stroke: PAINT.card, strokeWidth: 4, fontWeight: 600 } as const;

const isDrawable = ({ cost, accuracy }: TradeOffPoint) => Number.isFinite(cost) && Number.isFinite(accuracy);
const hasError = ({ error }: TradeOffPoint) => error !== undefined && Number.isFinite(error);
const errorOf = (point: TradeOffPoint) => (hasError(point) ? point.error! : 0);
const low = (point: TradeOffPoint) => point.accuracy - errorOf(point);
const high = (point: TradeOffPoint) => point.accuracy + errorOf(point);

const describe = (point: TradeOffPoint) =>
  `${point.name}: ${formatPercentage(point.accuracy)}${hasError(point) ? ` ± ${(100 * point.error!).toFixed(1)}` : ""}`;

/** A little room on both sides, and some width where all values are one. */
function padded(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least) * 0.08 || Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
}

/** As many decimals as neighbouring ticks need. */
function percent(points: readonly TradeOffPoint[]) {
  const values = points.flatMap((point) => [low(point), high(point)]);
  const decimals = Math.max(...values) - Math.min(...values) < 0.04 ? 1 : 0;
  return (value: number) => formatPercentage(value, decimals);
}
