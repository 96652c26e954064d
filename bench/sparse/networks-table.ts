/** Whole networks, for people: plain text, and Markdown for bench/README.md. */
import { type Column, formatTable } from "../../src/report/table.js";
import { formatMilliseconds, formatPercentage, formatRatio } from "../../src/report/units.js";
import { type Circumstances, describe } from "../circumstances.js";
import type { NetworkRow } from "./networks.js";

export interface NetworksReport extends Circumstances {
  readonly rows: readonly NetworkRow[];
}

const COLUMNS: readonly Column[] = [
  { key: "net", title: "network", align: "left" },
  { key: "sparse", align: "left" },
  { key: "removed", title: "multiply-adds removed", align: "right" },
  { key: "dense", align: "right" },
  { key: "time", title: "sparse", align: "right" },
  { key: "speedup", title: "speed-up", align: "right" },
  { key: "kernels", title: "layers on other kernels than in the dense network", align: "left" },
];

const cellsOf = ({ net, sparse, sparsity, ms, denseMs, speedup, kernels }: NetworkRow) => ({
  net,
  sparse,
  removed: formatPercentage(sparsity, 0),
  dense: formatMilliseconds(denseMs),
  time: formatMilliseconds(ms),
  speedup: formatRatio(speedup),
  kernels: Object.entries(kernels)
    .map(([kernel, count]) => `${count} ${kernel}`)
    .join(", "),
});

export function formatReport(report: NetworksReport): string {
  return [describe(report), "", formatTable(report.rows.map(cellsOf), COLUMNS)].join("\n");
}

export function formatMarkdown(report: NetworksReport): string {
  const rows = report.rows.map(cellsOf).map((cells) => COLUMNS.map(({ key }) => cells[key as keyof typeof cells]));
  const head = COLUMNS.map(({ key, title = key }) => title);
  const rule = COLUMNS.map(({ align }) => (align === "right" ? "--:" : "---"));
  return [describe(report), "", ...[head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`)].join("\n");
}
