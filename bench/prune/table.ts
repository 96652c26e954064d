/** The comparison of pruning methods for people: plain text, and Markdown for docs/methods.md. */
import { type Column, formatTable, type Row as Cells } from "../../src/report/table.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage, formatRatio } from "../../src/report/units.js";
import { allowance, parseBudget } from "../../src/prune/budget.js";
import type { Measured } from "./measure.js";
import type { Row } from "./rows.js";

export interface PruneReport extends Measured {
  readonly engine: string;
  readonly version: string;
  readonly cpu: string;
  readonly date: string;
  readonly runs: number;
  readonly samples: number;
}

const COLUMNS: readonly (Column & { readonly key: keyof Row })[] = [
  { key: "method", align: "left" },
  { key: "budget", title: "asked", format: (v) => `${v}` },
  { key: "allocate", title: "shared out", align: "left" },
  { key: "recover", title: "recovery", align: "left" },
  { key: "macs", title: "multiply-adds", format: (v) => formatCount(Number(v)) },
  { key: "bytes", title: "file", format: (v) => formatBytes(Number(v)) },
  { key: "medianMs", title: "median", format: (v) => formatMilliseconds(Number(v)) },
  { key: "ratio", title: "speed", format: (v) => formatRatio(Number(v)) },
  { key: "top1", title: "top-1", format: (v) => formatPercentage(Number(v)) },
  { key: "kl", title: "KL", format: (v) => Number(v).toPrecision(2) },
  { key: "seconds", title: "took", format: (v) => `${Number(v).toFixed(1)} s` },
  { key: "why", title: "", align: "left" },
];

export function formatReport(report: PruneReport): string {
  return [headingOf(report), "", formatTable(cellsOf(report), usedColumns(report)), "", ...closing(report)].join("\n");
}

export function formatMarkdown(report: PruneReport): string {
  const columns = usedColumns(report);
  const rule = columns.map(({ align }) => (align === "left" ? "---" : "--:"));
  const lines = cellsOf(report).map((row) =>
    columns.map(({ key, format = String }) => (row[key] === undefined ? "" : format(row[key]).replaceAll("|", "\\|"))),
  );
  const table = [columns.map(({ key, title = key }) => title), rule, ...lines].map((line) => `| ${line.join(" | ")} |`);
  return [headingOf(report), "", ...table, "", ...closing(report)].join("\n");
}

function headingOf({ model, dense, set, pictures, engine, version, build, cpu, date, runs, samples }: PruneReport) {
  const network = `${model}: ${formatPercentage(dense.top1)} of ${pictures} pictures of ${set}, ${formatCount(dense.macs)} multiply-adds, ${formatBytes(dense.bytes)}, ${formatMilliseconds(dense.medianMs)}`;
  return `${network}; methods and recovery saw up to ${samples} unlabelled pictures; ${engine} ${version}, ${build} build, one thread; ${cpu}; ${date}; medians of ${runs} runs, all networks in turn`;
}

/** The columns in which something stands. */
const usedColumns = ({ rows }: PruneReport) => COLUMNS.filter(({ key }) => rows.some((row) => row[key] !== null));

function cellsOf({ rows, dense }: PruneReport): Cells[] {
  const whole = {
    method: "dense",
    macs: dense.macs,
    bytes: dense.bytes,
    medianMs: dense.medianMs,
    ratio: 1,
    top1: dense.top1,
  };
  const present = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
  return [whole, ...present] as Cells[];
}

/** Half of the dense network's time, the yardstick of the closing lines, and by what share more clocks may be wrong. */
const HALF = 0.5;
const TOLERANCE = 0.05;

/** The most accurate network that takes half the dense one's time or less; undefined where none is that fast. */
export function bestAtHalfTheTime({ rows, dense }: Pick<PruneReport, "rows" | "dense">): Row | undefined {
  const allowed = HALF * (1 + TOLERANCE) * dense.medianMs;
  return mostAccurate(rows.filter(({ medianMs }) => medianMs !== null && medianMs <= allowed));
}

/** Undefined where there is none with an accuracy. */
const mostAccurate = (rows: readonly Row[]) =>
  rows
    .filter(({ top1 }) => top1 !== null)
    .reduce<Row | undefined>((best, row) => (best && best.top1! >= row.top1! ? best : row), undefined);

/** Of each method that was asked for so many milliseconds and met them the row that keeps most, the most accurate first. */
export function rankedAt(budget: string, { rows, dense }: Pick<PruneReport, "rows" | "dense">): Row[] {
  const allowed = (1 + TOLERANCE) * millisecondsOf(budget, dense.medianMs);
  const met = rows.filter((row) => row.budget === budget && row.medianMs !== null && row.medianMs <= allowed);
  const best = [...new Set(met.map(({ method }) => method))].flatMap(
    (name) => mostAccurate(met.filter(({ method }) => method === name)) ?? [],
  );
  return best.sort((a, b) => b.top1! - a.top1!);
}

const millisecondsOf = (budget: string, whole: number) => allowance(parseBudget(budget), whole);

function closing(report: PruneReport): string[] {
  const budgets = [...new Set(report.rows.flatMap(({ budget }) => (typeof budget === "string" ? [budget] : [])))];
  return [...budgets.flatMap((budget) => atEqualTime(budget, report)), atHalf(report)];
}

/** Which methods win at equal milliseconds. */
function atEqualTime(budget: string, report: PruneReport): string[] {
  const ranked = rankedAt(budget, report);
  if (ranked.length === 0) return [`Asked for ${budget}, none of them met it.`];
  const [best] = ranked as [Row, ...Row[]];
  const alike = ranked.every(({ recover }) => recover === best.recover);
  const written = ranked.map(
    ({ method, recover, top1 }) => `${method}${alike ? "" : ` (${recover})`} ${formatPercentage(top1!)}`,
  );
  const error = Math.sqrt((best.top1! * (1 - best.top1!)) / report.pictures);
  return [
    `Asked for ${budget}${alike ? `, recovery ${best.recover}` : ""}, ${best.method} wins: ${written.join(", ")}. The standard error of an accuracy is ${formatPercentage(error)}.`,
  ];
}

function atHalf(report: PruneReport): string {
  const best = bestAtHalfTheTime(report);
  if (!best) return "None of them takes half of the dense network's time or less.";
  const what = [best.method, ...(best.budget === null ? [] : [`asked for ${best.budget}`]), `recovery ${best.recover}`];
  return `In half of the dense network's time, give or take ${formatPercentage(TOLERANCE, 0)} of that, the best is ${what.join(", ")}: ${formatPercentage(best.top1!)} in ${formatMilliseconds(best.medianMs!)} (${formatRatio(best.ratio!)}).`;
}
