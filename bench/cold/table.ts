/** Cold starts as Markdown. */
import { formatMilliseconds, formatRatio } from "../../src/report/units.js";

/** Medians over fresh processes. */
export interface ColdReport {
  readonly espalierMs: number;
  readonly installedMs: number;
  readonly ortMs: number;
  readonly tfjsMs: number;
  readonly engine: string;
  readonly cpu: string;
  readonly date: string;
  readonly runs: number;
}

const NAMES: readonly (readonly [key: "espalierMs" | "installedMs" | "ortMs" | "tfjsMs", name: string])[] = [
  ["espalierMs", "espalier, bundled"],
  ["installedMs", "espalier, as installed"],
  ["tfjsMs", "tfjs-wasm"],
  ["ortMs", "onnxruntime-web"],
];

export function formatCold(report: ColdReport): string {
  const { engine, cpu, date, runs } = report;
  return [
    `${engine}, baseline build, 1 thread; ${cpu}; ${date}; medians of ${runs} fresh processes`,
    "",
    "| | first result after | times espalier's |",
    "| --- | --: | --: |",
    ...NAMES.map(
      ([key, name]) =>
        `| ${name} | ${formatMilliseconds(report[key])} | ${formatRatio(report[key] / report.espalierMs)} |`,
    ),
  ].join("\n");
}
