/** What was measured, and how it is written: as text, and as a table of bench/README.md. */
import { type Column, formatTable, type Row } from "../../src/report/table.js";
import { formatCount, formatMilliseconds, formatRatio } from "../../src/report/units.js";
import { type Circumstances, describe } from "../circumstances.js";

type Cell = number | null;

/**
 * One network. Ratios are peer / espalier, of medians: above 1 espalier is ahead. Where it was pruned, its dense form on espalier
 * is one more peer. Null is what could not be measured, or was not asked for.
 */
export interface Figures {
  readonly net: string;
  readonly macs: Cell;
  readonly espalierMs: Cell;
  readonly espalierMinMs: Cell;
  readonly denseMacs: Cell;
  readonly denseMs: Cell;
  readonly denseMinMs: Cell;
  readonly denseRatio: Cell;
  readonly ortMs: Cell;
  readonly ortMinMs: Cell;
  readonly ortRatio: Cell;
  readonly tfjsMs: Cell;
  readonly tfjsMinMs: Cell;
  readonly tfjsRatio: Cell;
  /** The largest difference of any peer's outputs from espalier's, and that as a share of the largest output, as tables have it. */
  readonly maxAbs: Cell;
  readonly maxRelative: Cell;
  /** Why something is missing. */
  readonly why: string | null;
}

export interface Report extends Circumstances {
  /** Their versions. */
  readonly peers: { readonly ort?: string; readonly tfjs?: string };
  readonly rows: readonly Figures[];
}

/** Of the numbers that are there; null if none is. */
export function geometricMean(values: readonly Cell[]): Cell {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return null;
  return Math.exp(present.reduce((sum, value) => sum + Math.log(value), 0) / present.length);
}

const COLUMNS: readonly (Column & { readonly key: keyof Figures })[] = [
  { key: "net", title: "network", align: "left" },
  { key: "macs", title: "multiply-adds", format: (value) => formatCount(Number(value)) },
  { key: "denseMacs", title: "dense", format: (value) => formatCount(Number(value)) },
  { key: "espalierMs", title: "espalier", format: (value) => formatMilliseconds(Number(value)) },
  { key: "denseMs", title: "dense", format: (value) => formatMilliseconds(Number(value)) },
  { key: "denseRatio", title: "ratio", format: (value) => formatRatio(Number(value)) },
  { key: "ortMs", title: "onnxruntime-web", format: (value) => formatMilliseconds(Number(value)) },
  { key: "ortRatio", title: "ratio", format: (value) => formatRatio(Number(value)) },
  { key: "tfjsMs", title: "tfjs-wasm", format: (value) => formatMilliseconds(Number(value)) },
  { key: "tfjsRatio", title: "ratio", format: (value) => formatRatio(Number(value)) },
  { key: "maxRelative", title: "difference", format: (value) => Number(value).toExponential(0) },
  { key: "why", title: "missing because", align: "left" },
];

const RATIOS = ["denseRatio", "ortRatio", "tfjsRatio"] as const;

/** A line on where and how, the table, and the geometric means of the ratios as the last line. */
export function formatReport(report: Report): string {
  return `${heading(report)}\n\n${formatTable(tableRows(report), usedColumns(report))}`;
}

/** The same in Markdown. */
export function formatMarkdown(report: Report): string {
  const columns = usedColumns(report);
  const lines = tableRows(report).map((row) =>
    columns.map(({ key, format = String }) => (key in row ? format(row[key]!) : "")),
  );
  const rule = columns.map(({ align }) => (align === "left" ? "---" : "--:"));
  const table = [columns.map(({ title }) => title!), rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`);
  return `${heading(report)}\n\n${table.join("\n")}`;
}

function heading(report: Report): string {
  const names = { ort: "onnxruntime-web", tfjs: "tfjs-wasm" };
  const versions = Object.entries(report.peers).map(
    ([peer, number]) => `${names[peer as keyof typeof names]} ${number}`,
  );
  return [describe(report), ...versions].join("; ");
}

function usedColumns({ rows }: Report) {
  return COLUMNS.filter(({ key }) => rows.some((row) => row[key] !== null));
}

function tableRows({ rows }: Report): Row[] {
  const means = RATIOS.map((key) => [key, geometricMean(rows.map((row) => row[key]))] as const);
  return [...rows, { net: "geometric mean", ...Object.fromEntries(means) }].map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
  );
}
