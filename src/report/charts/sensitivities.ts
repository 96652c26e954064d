/** Curves of units against the share of their channels that is kept: the more goes, the further right. */
import { formatPercentage } from "../units.js";
import type { Drawing, Size } from "./drawing.js";
import { PAINT, type SeriesLook } from "./palette.js";
import { markStyle } from "./trade-off.js";

export interface Sensitivities {
  readonly description: string;
  readonly measure: string;
  /** Whether values are fractions, written as percentages; others are on a logarithmic axis, and what is 0 is not drawn. */
  readonly isShare: boolean;
  readonly curves: readonly SensitivityCurve[];
  /** Values that the axis reaches from and to, so that several charts compare. */
  readonly range: readonly [number, number];
}

export interface SensitivityCurve {
  readonly name: string;
  readonly look: SeriesLook;
  readonly points: readonly SensitivityPoint[];
}

export interface SensitivityPoint {
  /** Of the channels, kept. */
  readonly share: number;
  readonly value: number;
}

const MARGIN = { marginLeft: 56, marginRight: 16, marginTop: 32, marginBottom: 46 } as const;

export function drawSensitivities({ plot, svg }: Drawing, size: Size, chart: Sensitivities): string {
  const { curves, isShare, range, measure, description } = chart;
  const format = (value: number) => (isShare ? formatPercentage(value, 0) : String(Number(value.toPrecision(3))));
  const axis = { color: PAINT.muted, labelArrow: "none" } as const;
  const place = { x: "share", y: "value" } as const;
  const marks = curves.flatMap(({ name, look, points: given }) => {
    const points = given.filter(({ value }) => Number.isFinite(value) && (isShare || value > 0));
    const title = ({ share, value }: SensitivityPoint) => `${name}, ${formatPercentage(share, 0)}: ${format(value)}`;
    return [
      plot.line(points, { ...place, z: null, stroke: look.colour, strokeWidth: 1.5 }),
      plot.dot(points, { ...place, ...markStyle(look, "solid"), r: 3.5, title }),
    ];
  });
  const least = Math.min(...curves.flatMap(({ points }) => points.map(({ share }) => share)));
  const ticks = isShare ? 6 : powersOfTen(range);
  const options = {
    height: 300,
    ...MARGIN,
    x: { domain: [1, least] },
    y: { domain: range, type: isShare ? ("linear" as const) : ("log" as const) },
    marks: [
      plot.gridY({ stroke: PAINT.line, strokeOpacity: 1, ticks }),
      plot.axisY({ ...axis, tickSize: 0, tickFormat: format, ticks, label: measure }),
      plot.axisX({
        ...axis,
        ticks: 8,
        tickFormat: (share: number) => formatPercentage(share, 0),
        label: "channels kept",
      }),
      ...marks,
    ],
  };
  return svg(size, options, description);
}

/** Those within a range; its ends where there is none. */
function powersOfTen([from, to]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(from));
  const powers = Array.from(
    { length: Math.max(0, Math.floor(Math.log10(to)) - first + 1) },
    (_, i) => 10 ** (first + i),
  );
  return powers.length > 0 ? powers : [from, to];
}
