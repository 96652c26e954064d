/** One chart with its title, its sentence and its legend. */
import { type Drawing, NARROW, type Size, WIDE } from "../charts/drawing.js";
import type { SeriesLook } from "../charts/palette.js";
import { drawRing, drawSymbol } from "../charts/symbol.js";
import type { Finish } from "../charts/trade-off.js";
import { asMarkup, type Content, markup, type Markup } from "./markup.js";

export interface LegendEntry {
  readonly label: string;
  readonly mark: Markup;
}

export interface FigureText {
  readonly title: string;
  readonly caption: Content;
  readonly legend?: readonly LegendEntry[];
}

/** A chart that is drawn once for a phone and once for a desk. */
export function figure(text: FigureText, draw: (size: Size) => string): Markup {
  const drawings = [NARROW, WIDE].map((size) => markup`<div class="${size.name}">${asMarkup(draw(size))}</div>`);
  return frame(text, drawings);
}

/** Charts side by side, below one another on a phone. */
export function figureOfPair(text: FigureText, charts: readonly string[]): Markup {
  return frame(text, markup`<div class="pair">${charts.map((chart) => markup`<div>${asMarkup(chart)}</div>`)}</div>`);
}

function frame({ title, caption, legend = [] }: FigureText, charts: Content): Markup {
  const entries = legend.map(({ label, mark }) => markup`<li>${mark}<span>${label}</span></li>`);
  return markup`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>${caption}</p>
    </figcaption>
    ${
      entries.length > 0 &&
      markup`<ul class="legend">
        ${entries}
      </ul>`
    }
    ${charts}
  </figure> `;
}

/** The mark of a series in a chart of points. */
export const symbolMark = (drawing: Drawing, look: SeriesLook, finish: Finish): Markup =>
  decoration(drawSymbol(drawing, look, finish));

/** What is around the chosen network in a chart of points. */
export const ringMark = (drawing: Drawing): Markup => decoration(drawRing(drawing));

/** The label beside it says all, so it is not read out. */
const decoration = (drawn: string): Markup => asMarkup(drawn.replace('role="img" aria-label=""', 'aria-hidden="true"'));

/** A bar, a line or a tick of a colour. */
export function swatch(kind: "bar" | "rule" | "dashed" | "tick", colour: string): Markup {
  const isLine = kind === "rule" || kind === "dashed";
  const classes = isLine ? `swatch rule ${kind === "dashed" ? "dashed" : ""}` : `swatch ${kind}`;
  return markup`<span class="${classes.trim()}" style="${isLine ? "border-color" : "background"}: ${colour}"></span>`;
}
