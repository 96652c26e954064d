/** Sizes as Markdown. */
import { formatBytes } from "../../src/report/units.js";

/** All bytes but `wasmBytes` are those behind gzip. */
export interface SizeReport {
  readonly pages: readonly PageSize[];
  readonly engines: readonly { readonly name: string; readonly wasmBytes: number; readonly gz: number }[];
}

export interface PageSize {
  readonly name: string;
  /** JavaScript before the first answer, and in how many files it comes. */
  readonly scriptGz: number;
  readonly files: number;
  /** The same and the larger engine for one thread. */
  readonly withEngineGz: number;
  /** JavaScript of a bundler that makes one file of what comes at once and what comes late. */
  readonly wholeGz: number;
  /** Whether it is promised to be small. */
  readonly promised: boolean;
}

export function formatSizes({ pages, engines }: SizeReport): string {
  const pageRows = pages.map(
    ({ name, scriptGz, files, withEngineGz, wholeGz }) =>
      `| ${name} | ${formatBytes(scriptGz)} in ${files} | ${formatBytes(withEngineGz)} | ${formatBytes(wholeGz)} |`,
  );
  const engineRows = engines.map(
    ({ name, wasmBytes, gz }) => `| ${name} | ${formatBytes(wasmBytes)} | ${formatBytes(gz)} |`,
  );
  return [
    "| before the first answer | JavaScript in files | and an engine | JavaScript as one file |",
    "| --- | --: | --: | --: |",
    ...pageRows,
    "",
    "| engine, with every kernel | as it is | behind gzip |",
    "| --- | --: | --: |",
    ...engineRows,
  ].join("\n");
}
