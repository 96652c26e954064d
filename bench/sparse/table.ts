/** What was measured, for people: plain text, and Markdown for bench/README.md. */
import { type Column, formatTable } from "../../src/report/table.js";
import { formatRatio } from "../../src/report/units.js";
import { type Circumstances, describe } from "../circumstances.js";
import { KINDS } from "./kinds/index.js";
import type { SparseRow } from "./measure.js";

export interface SparseReport extends Circumstances {
  readonly rows: readonly SparseRow[];
}

/** A pick that is this much slower than the best kernel is said. */
const SLOWER = 1.1;

const milliseconds = (value: number) => value.toPrecision(3);
const bestMs = ({ ms, denseMs }: SparseRow) => Math.min(ms, denseMs);

/** What the rule chooses between: a sparse kernel, or the dense ones, whose fastest is not this benchmark's matter. */
const chosenMs = ({ runsDense, denseMs, pickedMs }: SparseRow) => (runsDense ? denseMs : pickedMs);

/** Rows for which the rule's pick is slower than the best of the sparse and the dense kernels by more than 10 %: it runs dense what should
 * run sparse, or the other way round, or on another sparse kernel than the best.  */
export function findSlowPicks(rows: readonly SparseRow[]): SparseRow[] {
  return rows.filter((row) => chosenMs(row) > SLOWER * bestMs(row));
}

/**
 * The sparsity from which on a convolution pays: where the straight line between two measured speed-ups passes 1; 0 where all do,
 * undefined where none does. Rows of one kind and shape.
 */
export function breakEven(rows: readonly SparseRow[]): number | undefined {
  const sorted = rows.toSorted((a, b) => a.sparsity - b.sparsity);
  const last = sorted.findLastIndex(({ speedup }) => speedup < 1);
  if (last < 0) return 0;
  const [below, above] = [sorted[last]!, sorted[last + 1]];
  if (!above) return undefined;
  const share = (1 - below.speedup) / (above.speedup - below.speedup);
  return below.sparsity + share * (above.sparsity - below.sparsity);
}

const COLUMNS: readonly Column[] = [
  { key: "kind" },
  { key: "shape" },
  { key: "pattern" },
  { key: "sparsity", align: "right", format: (value) => Number(value).toFixed(2) },
  { key: "kernel" },
  { key: "ms", align: "right", format: (value) => milliseconds(Number(value)) },
  { key: "denseMs", title: "dense ms", align: "right", format: (value) => milliseconds(Number(value)) },
  { key: "denseKernel", title: "dense kernel" },
  { key: "speedup", title: "speed-up", align: "right", format: (value) => formatRatio(Number(value)) },
  { key: "smaller", align: "right" },
  { key: "picked", title: "*" },
];

const MARKS =
  "* is what the runtime's rule picks: s the sparse kernel of this row, d a dense one, o another sparse one.";

export function formatReport(report: SparseReport): string {
  const rows = report.rows.map(({ runsDense, ...row }) => ({
    ...row,
    smaller: row.smallerMs === undefined ? "" : formatRatio(row.smallerMs / row.ms),
    picked: row.picked === row.kernel ? "s" : runsDense ? "d" : "o",
  }));
  const columns = COLUMNS.filter(({ key }) => key !== "smaller" || rows.some(({ smaller }) => smaller !== ""));
  const slow = findSlowPicks(report.rows).map(
    (row) =>
      `${row.kind} ${row.pattern}, ${row.shape}: ${row.picked} was picked, ${milliseconds(chosenMs(row))} ms; ` +
      `the best takes ${milliseconds(bestMs(row))} ms (${formatRatio(chosenMs(row) / bestMs(row))})`,
  );
  const end = slow.length > 0 ? slow : ["No pick is more than 10 % slower than the best kernel."];
  return [describe(report), "", formatTable(rows, columns), "", MARKS, "", ...end].join("\n");
}

/** A table a kind: a row a convolution, a column a pattern. */
export function formatMarkdown(report: SparseReport): string {
  const kinds = KINDS.filter(({ kind }) => report.rows.some((row) => row.kind === kind));
  const tables = kinds.flatMap(({ kind, meaning }) => [
    `**${kind}**: ${meaning}`,
    "",
    ...formatKind(report.rows.filter((row) => row.kind === kind)),
    "",
  ]);
  const slow = findSlowPicks(report.rows).length;
  const picks = `The rule's pick is more than 10 % slower than the best kernel in ${slow} of ${report.rows.length} rows.`;
  return [describe(report), "", ...tables, picks].join("\n");
}

function formatKind(rows: readonly SparseRow[]): string[] {
  const patterns = [...new Set(rows.map(({ pattern }) => pattern))];
  const shapes = [...new Set(rows.map(({ shape }) => shape))];
  const hasBreakEven = patterns.every((pattern) => Number(pattern) > 0);
  const head = ["convolution", "dense ms", "dense kernel", ...patterns, ...(hasBreakEven ? ["pays from"] : [])];
  const lines = shapes.map((shape) => {
    const own = rows.filter((row) => row.shape === shape);
    const cells = patterns.map((pattern) => formatCell(own.find((row) => row.pattern === pattern)));
    const from = hasBreakEven ? [formatBreakEven(own)] : [];
    return [shape, milliseconds(own[0]!.denseMs), `\`${own[0]!.denseKernel}\``, ...cells, ...from];
  });
  const rule = head.map((_, i) => (i === 0 || i === 2 ? "---" : "--:"));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`);
}

function formatCell(row: SparseRow | undefined): string {
  if (!row) return "";
  const mark = row.runsDense ? " d" : "";
  const smaller = row.smallerMs === undefined ? "" : ` (${formatRatio(row.smallerMs / row.ms)})`;
  return `${formatRatio(row.speedup)}${smaller}${mark}`;
}

function formatBreakEven(rows: readonly SparseRow[]): string {
  const from = breakEven(rows);
  if (from === undefined) return "never";
  const least = Math.min(...rows.map(({ sparsity }) => sparsity));
  return from === 0 ? `below ${least.toFixed(2)}` : from.toFixed(2);
}
