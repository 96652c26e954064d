/** Which look is which series, for charts that stand by themselves. */
import type { Drawing, Size } from "./drawing.js";
import { PAINT, type SeriesLook } from "./palette.js";
import { markStyle } from "./trade-off.js";

export interface LegendEntry {
  readonly name: string;
  readonly look: SeriesLook;
}

/** Pixels: a line's height, and a column's least width unless another is given. */
const LINE = 22;
const COLUMN = 140;

/** `column`: what the longest name needs, in pixels. */
export function drawLegend(
  { plot, svg }: Drawing,
  size: Size,
  entries: readonly LegendEntry[],
  column = COLUMN,
): string {
  const columns = Math.max(1, Math.floor(size.width / column));
  const lines = Math.ceil(entries.length / columns);
  const placed = entries.map((entry, i) => ({ ...entry, x: i % columns, y: Math.floor(i / columns) }));
  const place = { x: "x", y: "y" } as const;
  const marks = placed.flatMap((entry) => [
    plot.dot([entry], { ...place, ...markStyle(entry.look, "solid") }),
    plot.text([entry], { ...place, text: "name", textAnchor: "start", dx: 12, fill: PAINT.ink }),
  ]);
  const options = {
    height: lines * LINE + 8,
    margin: 12,
    marginRight: size.width / columns - 12,
    x: { axis: null, domain: [0, Math.max(1, columns - 1)] },
    y: { axis: null, domain: [Math.max(1, lines - 1), 0] },
    marks,
  } as const;
  return svg(size, options, entries.map(({ name }) => name).join(", "));
}
