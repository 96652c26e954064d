/** Plain text tables. */

export type Row = Readonly<Record<string, string | number>>;

export interface Column {
  /** The property of a row. */
  readonly key: string;
  /** Its heading; the key unless said. */
  readonly title?: string;
  /** Right where every cell is a number, unless said. */
  readonly align?: "left" | "right";
  /** How a cell is written; as it is unless said. */
  readonly format?: (value: string | number) => string;
}

const GAP = "  ";

/** One line a row, after the headings and a rule; a cell that a row does not have stays empty. No line ends in spaces. */
export function formatTable(rows: readonly Row[], columns: readonly (string | Column)[]): string {
  const laidOut = columns.map((column) => cellsOf(rows, typeof column === "string" ? { key: column } : column));
  const lines = Array.from({ length: rows.length + 2 }, (_, line) => laidOut.map((cells) => cells[line]!).join(GAP));
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** A column from top to bottom, all cells equally wide. */
function cellsOf(rows: readonly Row[], { key, title = key, align, format = String }: Column): string[] {
  const values = rows.map((row) => (Object.hasOwn(row, key) ? row[key] : undefined));
  const texts = values.map((value) => (value === undefined ? "" : format(value)));
  const width = Math.max(lengthOf(title), ...texts.map(lengthOf));
  const present = values.filter((value) => value !== undefined);
  const numbers = present.length > 0 && present.every((value) => typeof value === "number");
  const right = align === undefined ? numbers : align === "right";
  const pad = (text: string): string => {
    const space = " ".repeat(width - lengthOf(text));
    return right ? space + text : text + space;
  };
  return [pad(title), "-".repeat(width), ...texts.map(pad)];
}

/** In characters, not in UTF-16 units. */
const lengthOf = (text: string): number => [...text].length;
