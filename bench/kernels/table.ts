/** What was measured, for people: plain text, and Markdown for bench/README.md. */
import { formatTable } from "../../src/report/table.js";
import { type Circumstances, describe } from "../circumstances.js";
import type { KernelRow, Measured } from "./measure.js";

export type KernelReport = Circumstances & Measured;

/** A pick that is this much slower than the best kernel is said. */
const SLOWER = 1.1;

const CAPTION =
  "G flop/s and the share of the peak count two for each multiply-add of the plain definition: Winograd does fewer, and may pass 1. The\n" +
  "peak is the fastest convolution of this run that stays in the first-level cache, times the threads.";

/** Every convolution's rows. */
function groupByShape(rows: readonly KernelRow[]): KernelRow[][] {
  const groups = new Map<string, KernelRow[]>();
  for (const row of rows) groups.set(row.shape, [...(groups.get(row.shape) ?? []), row]);
  return [...groups.values()];
}

const pickedOf = (group: readonly KernelRow[]) => group.find(({ picked }) => picked)!;
const fastestOf = (group: readonly KernelRow[]) => group.reduce((best, row) => (row.ms < best.ms ? row : best));

const milliseconds = (value: number) => value.toPrecision(3);

const heading = (report: KernelReport) => `${describe(report)}; peak ${report.peakGflops.toFixed(1)} G flop/s`;

/** Convolutions for which the rule picks a kernel that is slower than another one by more than 10 %. */
export function findSlowPicks(rows: readonly KernelRow[]): { readonly picked: KernelRow; readonly best: KernelRow }[] {
  return groupByShape(rows)
    .map((group) => ({ picked: pickedOf(group), best: fastestOf(group) }))
    .filter(({ picked, best }) => picked.ms > SLOWER * best.ms);
}

export function formatReport(report: KernelReport): string {
  const rows = groupByShape(report.rows).flatMap((group) =>
    group.map((row, i) => ({
      shape: i === 0 ? row.shape : "",
      kernel: row.kernel,
      mark: row.picked ? "*" : "",
      ms: milliseconds(row.ms),
      gflops: row.gflops.toFixed(1),
      share: row.shareOfPeak.toFixed(2),
      name: i === 0 ? row.name : "",
    })),
  );
  const table = formatTable(rows, [
    "shape",
    "kernel",
    { key: "mark", title: "*" },
    { key: "ms", align: "right" },
    { key: "gflops", title: "G flop/s", align: "right" },
    { key: "share", title: "of peak", align: "right" },
    { key: "name", title: "where" },
  ]);
  return [
    heading(report),
    "",
    table,
    "",
    `* is what the rule picks. ${CAPTION}`,
    "",
    ...describeSlowPicks(report),
  ].join("\n");
}

function describeSlowPicks({ rows }: KernelReport): string[] {
  const slow = findSlowPicks(rows);
  if (slow.length === 0) return ["No pick is more than 10 % slower than the best kernel."];
  return slow.map(
    ({ picked, best }) =>
      `${picked.shape}: ${picked.kernel} was picked, ${milliseconds(picked.ms)} ms; ${best.kernel} takes ${milliseconds(best.ms)} ms (${(picked.ms / best.ms).toFixed(2)} times as fast)`,
  );
}

/** One row a convolution: the pick, and the best kernel where it is another one. */
export function formatMarkdown(report: KernelReport): string {
  const rows = groupByShape(report.rows).map((group) => {
    const [picked, best] = [pickedOf(group), fastestOf(group)];
    const other = best === picked ? "" : `\`${best.kernel}\`, ${(picked.ms / best.ms).toFixed(2)} times as fast`;
    const figures = `${milliseconds(picked.ms)} | ${picked.gflops.toFixed(1)} | ${picked.shareOfPeak.toFixed(2)}`;
    return `| ${picked.shape} | \`${picked.kernel}\` | ${figures} | ${other} |`;
  });
  return [
    heading(report),
    "",
    "| convolution | picked | ms | G flop/s | of peak | faster here |",
    "|---|---|--:|--:|--:|---|",
    ...rows,
    "",
    CAPTION,
  ].join("\n");
}
