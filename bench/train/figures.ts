/** What was measured, and how it is written: as text, and as a table of bench/README.md. */
import { type Column, formatTable, type Row } from "../../src/report/table.js";
import { formatMilliseconds, formatPercentage, formatRatio } from "../../src/report/units.js";
import type { Times } from "../rounds.js";
import type { PeerName } from "./options.js";
import type { Part } from "./parts.js";

/** Times of a round, as images a second and milliseconds a step. */
export interface Rate {
  readonly threads: number;
  readonly imagesPerSecond: number;
  readonly stepMs: number;
  readonly minStepMs: number;
  /** Time on processors, of all threads: what a step takes where other programs take turns. */
  readonly cpuStepMs: number;
}

export interface PeerRate extends Rate {
  /** espalier's images a second with as many threads, over these: above 1 espalier is ahead. Null where it had other numbers. */
  readonly ratio: number | null;
  /** The same of time on processors, for each image. */
  readonly cpuRatio: number | null;
  /** The order of axes that was faster, where there are two. */
  readonly layout?: string | undefined;
}

/** With the fewest threads; `rows` has all. Null with a reason where the peer is not there. */
export interface Peer {
  readonly imagesPerSecond: number | null;
  readonly version?: string;
  readonly threads?: number;
  readonly batch?: number;
  /** The largest difference of the losses of the first steps from espalier's, as a share of them. */
  readonly lossDifference?: number;
  readonly rows?: readonly PeerRate[];
  readonly reason?: string;
}

export interface Report {
  readonly net: string;
  readonly batch: number;
  readonly engine: string;
  readonly version: string;
  readonly build: string;
  readonly cpu: string;
  readonly date: string;
  readonly steps: number;
  readonly rounds: number;
  readonly rows: readonly Rate[];
  readonly peers: Readonly<Record<PeerName, Peer>>;
  /** The share of a step on one thread that goes into gradients. */
  readonly gradientShare: number | null;
  /** Where the time of a step on one thread goes, if that was asked for. */
  readonly profile: readonly Part[] | null;
  /** What a step takes, of all threads. */
  readonly memoryBytes: number;
}

export function rateOf(
  { medianMs, minMs, cpuMs }: Times & { readonly cpuMs: number },
  threads: number,
  batch: number,
  steps: number,
): Rate {
  return {
    threads,
    imagesPerSecond: (1000 * batch * steps) / medianMs,
    stepMs: medianMs / steps,
    minStepMs: minMs / steps,
    cpuStepMs: cpuMs / steps,
  };
}

/** The rates of a peer beside espalier's. */
export function peerRates(rates: readonly Rate[], batch: number, ours: readonly Rate[], ourBatch: number): PeerRate[] {
  return rates.map((rate) => {
    const same = ours.find(({ threads }) => threads === rate.threads);
    if (!same) return { ...rate, ratio: null, cpuRatio: null };
    const ratio = same.imagesPerSecond / rate.imagesPerSecond;
    return { ...rate, ratio, cpuRatio: rate.cpuStepMs / batch / (same.cpuStepMs / ourBatch) };
  });
}

/** The largest |a - b| / |b| of losses; infinite where there are not as many. */
export function lossDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  return Math.max(0, ...a.map((loss, i) => Math.abs(loss - b[i]!) / Math.abs(b[i]!)));
}

/** Of its section in bench/README.md. */
export const keyOf = ({ net, engine, build }: Report) => `${net} ${engine} ${build}`;

const NAMES: Readonly<Record<PeerName, string>> = {
  pytorch: "PyTorch",
  tfjs: "tfjs, its JavaScript back end",
  "tfjs-wasm": "tfjs-wasm",
};

const COLUMNS: readonly Column[] = [
  { key: "name", title: "trained by", align: "left" },
  { key: "threads", title: "threads" },
  { key: "batch", title: "batch" },
  { key: "imagesPerSecond", title: "images a second", format: (value) => threeDigits(Number(value)) },
  { key: "stepMs", title: "a step", format: (value) => formatMilliseconds(Number(value)) },
  { key: "ratio", title: "ratio", format: (value) => formatRatio(Number(value)) },
  { key: "cpuStepMs", title: "on processors", format: (value) => formatMilliseconds(Number(value)) },
  { key: "cpuRatio", title: "ratio", format: (value) => formatRatio(Number(value)) },
];

const PART_COLUMNS: readonly Column[] = [
  { key: "part", title: "one thread", align: "left" },
  { key: "ms", title: "a step", format: (value) => formatMilliseconds(Number(value)) },
  { key: "share", title: "share", format: (value) => formatPercentage(Number(value)) },
  { key: "kernels", title: "by kernel", align: "left" },
];

export function formatReport(report: Report): string {
  const { profile } = report;
  const tables = [
    formatTable(rowsOf(report), COLUMNS),
    ...(profile ? [formatTable(partRows(profile), PART_COLUMNS)] : []),
  ];
  return [headingOf(report), ...tables, ...reasonsOf(report)].join("\n\n");
}

export function formatMarkdown(report: Report): string {
  const { profile } = report;
  const tables = [markdown(rowsOf(report), COLUMNS), ...(profile ? [markdown(partRows(profile), PART_COLUMNS)] : [])];
  return [headingOf(report), ...tables, ...reasonsOf(report)].join("\n\n");
}

function headingOf({ net, engine, version, build, cpu, date, rounds, steps }: Report): string {
  return `${net}; ${engine} ${version}, ${build} build; ${cpu}; ${date}; medians of ${rounds} rounds of ${steps} steps`;
}

function rowsOf({ batch, rows, peers }: Report): Row[] {
  const ours = rows.map((rate) => ({ name: "espalier", batch, ...rate }));
  const theirs = Object.entries(peers).flatMap(([name, peer]) =>
    (peer.rows ?? []).map(({ ratio, cpuRatio, layout: _, ...rate }) => ({
      ...{ name: `${NAMES[name as PeerName]} ${peer.version}`, batch: peer.batch!, ...rate },
      ...(ratio === null || cpuRatio === null ? {} : { ratio, cpuRatio }),
    })),
  );
  return [...ours, ...theirs];
}

function partRows(profile: readonly Part[]): Row[] {
  return profile.map(({ part, ms, share, kernels }) => {
    const list = kernels.map(({ kernel, ms: each }) => `${kernel} ${formatMilliseconds(each)}`);
    return { part, ms, share, kernels: list.length > 1 ? list.join(", ") : (kernels[0]?.kernel ?? "") };
  });
}

function reasonsOf({ peers }: Report): string[] {
  return Object.entries(peers).flatMap(([name, { reason }]) =>
    reason === undefined || reason === NOT_ASKED ? [] : [`${NAMES[name as PeerName]} is not there: ${reason}`],
  );
}

export const NOT_ASKED = "not asked for";

function markdown(rows: readonly Row[], columns: readonly Column[]): string {
  const cells = rows.map((row) => columns.map(({ key, format = String }) => (key in row ? format(row[key]!) : "")));
  const rule = columns.map(({ align }) => (align === "left" ? "---" : "--:"));
  const lines = [columns.map(({ title }) => title!), rule, ...cells];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

const threeDigits = (value: number) => String(Number(value.toPrecision(3)));
