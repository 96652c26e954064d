/** What charts with one row a thing share: names at the left, figures at the right, bars between. */
import type { Drawing, Size } from "./drawing.js";
import { PAINT } from "./palette.js";

/** About the mean width of a character, in font sizes. */
const CHARACTER = 0.59;
/** Between texts and bars, in pixels. */
const GAP = 10;

export interface RowLayout {
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginBottom: number;
  /** Most characters that fit at the left. */
  readonly most: number;
}

/** Names take what they need, up to nearly half of the width; `figures` are the texts at the right. */
export function layOutRows(
  size: Size,
  names: readonly string[],
  figures: readonly string[],
  rowHeight: number,
): RowLayout {
  const character = CHARACTER * size.fontSize;
  const widest = (texts: readonly string[]) => Math.max(1, ...texts.map((text) => text.length)) * character;
  const marginLeft = Math.ceil(Math.min(widest(names) + GAP, 0.45 * size.width));
  const marginRight = Math.ceil(widest(figures) + GAP);
  const [marginTop, marginBottom] = [4, 4];
  const height = marginTop + marginBottom + rowHeight * Math.max(1, names.length);
  return { marginLeft, marginRight, height, marginTop, marginBottom, most: Math.floor((marginLeft - GAP) / character) };
}

/** One row: rows are numbered, as two of them may have the same name. */
export interface NamedRow {
  readonly row: number;
  readonly name: string;
  /** What stands at the right. */
  readonly figures: string;
}

export function rowTexts({ plot }: Drawing, rows: readonly NamedRow[], layout: RowLayout) {
  const left = { frameAnchor: "left", textAnchor: "start", dx: -layout.marginLeft, fill: PAINT.ink } as const;
  const right = { frameAnchor: "right", textAnchor: "end", dx: layout.marginRight, fill: PAINT.muted } as const;
  const shortened = ({ name }: NamedRow) => shorten(name, layout.most);
  return [
    plot.text(rows, { ...left, y: "row", text: shortened, title: "name" }),
    plot.text(rows, { ...right, y: "row", text: "figures", fontVariant: "tabular-nums" }),
  ];
}

/** Beginnings and ends of names tell them apart, so the middle goes. */
export function shorten(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join("")}…${characters.slice(characters.length - end).join("")}`;
}

/** A band for each row. */
export const rowBands = (rows: readonly NamedRow[], padding: number) => ({
  type: "band" as const,
  domain: rows.map(({ row }) => row),
  axis: null,
  padding,
});
