/** Curves over epochs: losses, or accuracies. */
import { formatPercentage } from "../units.js";
import type { Drawing } from "./drawing.js";
import { NARROW } from "./drawing.js";
import { PAINT } from "./palette.js";

export interface Curves {
  readonly description: string;
  readonly measure: string;
  /** Whether values are fractions, to be written as percentages. */
  readonly isShare: boolean;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly isDashed?: boolean;
  /** Thicker than the others. */
  readonly isChosen?: boolean;
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly epoch: number;
  readonly value: number;
}

/** Up to so many epochs each point of the chosen curve, or of all if none is, has a mark. */
const FEW = 12;

/** Drawn for a phone; two of them stand side by side on a desk. */
export function drawCurves({ plot, svg }: Drawing, { curves: given, isShare, measure, description }: Curves): string {
  const curves = given.map((curve) => ({
    ...curve,
    points: curve.points.filter(({ value }) => Number.isFinite(value)),
  }));
  const epochs = curves.flatMap(({ points }) => points.map(({ epoch }) => epoch));
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const format = (value: number) => (isShare ? formatPercentage(value, 0) : String(Number(value.toPrecision(3))));
  const axis = { color: PAINT.muted, labelArrow: "none", ticks: 5 } as const;
  const place = { x: "epoch", y: "value" } as const;
  const isAnyChosen = curves.some(({ isChosen }) => isChosen);
  const marks = curves.flatMap(({ name, colour, points, isDashed, isChosen }) => [
    plot.line(points, {
      ...place,
      z: null,
      stroke: colour,
      strokeWidth: isChosen ? 2.5 : 1.5,
      strokeOpacity: isAnyChosen && !isChosen && !isDashed ? 0.55 : 1,
      ...(isDashed ? { strokeDasharray: "4 3" } : {}),
    }),
    ...(points.length <= FEW && (isChosen || !isAnyChosen)
      ? [
          plot.dot(points, {
            ...place,
            r: 3,
            fill: colour,
            title: (p: CurvePoint) => `${name}, epoch ${p.epoch}: ${format(p.value)}`,
          }),
        ]
      : []),
  ]);
  const options = {
    height: 220,
    marginLeft: 46,
    marginRight: 12,
    marginTop: 30,
    marginBottom: 44,
    x: { domain: first < last ? [first, last] : [first - 1, first + 1] },
    y: { nice: true, zero: !isShare },
    marks: [
      plot.gridY({ stroke: PAINT.line, strokeOpacity: 1, ticks: 5 }),
      plot.axisY({ ...axis, tickSize: 0, tickFormat: format, label: measure }),
      plot.axisX({
        ...axis,
        tickFormat: (epoch: number) => (Number.isInteger(epoch) ? String(epoch) : ""),
        label: "epoch",
      }),
      ...marks,
    ],
  };
  return svg(NARROW, options, description);
}
