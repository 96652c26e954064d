/** Marks by themselves, for a legend. */
import type { DotOptions } from "@observablehq/plot";
import { type Drawing, NARROW } from "./drawing.js";
import type { SeriesLook } from "./palette.js";
import { type Finish, markStyle, RING } from "./trade-off.js";

/** Pixels. */
const SIDE = 16;

export function drawSymbol(drawing: Drawing, look: SeriesLook, finish: Finish): string {
  return drawMark(drawing, markStyle(look, finish));
}

/** What is around the chosen network. */
export function drawRing(drawing: Drawing): string {
  return drawMark(drawing, { ...RING, r: 6 });
}

function drawMark({ plot, svg }: Drawing, style: DotOptions): string {
  const marks = [plot.dot([0], { ...style, frameAnchor: "middle" })];
  return svg(NARROW, { width: SIDE, height: SIDE, margin: 0, marks }, "");
}
