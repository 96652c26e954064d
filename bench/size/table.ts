/** Sizes as Markdown. */
import { formatBytes } from "../../src/report/units.js";

export interface SizeReport {
  /** Bytes of a classifier's JavaScript behind gzip, before its first answer. */
  readonly runtimeGz: number;
  readonly engines: readonly { readonly name: string; readonly wasmBytes: number; readonly gz: number }[];
  readonly apps: readonly { readonly name: string; readonly firstGz: number; readonly wholeGz: number }[];
}

export function formatSizes({ engines, apps }: SizeReport): string {
  const [engine] = engines;
  const appRows = apps.map(
    ({ name, firstGz, wholeGz }) =>
      `| ${[name, ...[firstGz, wholeGz, firstGz + engine!.gz].map(formatBytes)].join(" | ")} |`,
  );
  const engineRows = engines.map(
    ({ name, wasmBytes, gz }) => `| ${name} | ${formatBytes(wasmBytes)} | ${formatBytes(gz)} |`,
  );
  return [
    "| a program that imports | JavaScript, before the first answer | as one file | and the baseline engine |",
    "| --- | --: | --: | --: |",
    ...appRows,
    "",
    "| engine, with every kernel | as it is | behind gzip |",
    "| --- | --: | --: |",
    ...engineRows,
  ].join("\n");
}
