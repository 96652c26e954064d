/** How long the layers of a network take on one device, by their widths: plain data that survives `JSON.stringify`. */
import { DataError } from "../errors.js";
import type { Platform } from "./report.js";

export interface LatencyTable {
  /** 1. */
  readonly espalierLatency: 1;
  /** When it was finished, ISO 8601. */
  readonly date: string;
  /** Of espalier, where it is known. */
  readonly version?: string | undefined;
  readonly platform: Platform & { readonly processor?: string | undefined };
  readonly build: "baseline" | "relaxed";
  readonly threads: number;
  /** The network that it was made for. */
  readonly network: string;
  /** Median of whole runs of it, inputs and outputs included. */
  readonly milliseconds: number;
  /** What a run takes besides its layers. */
  readonly overheadMs: number;
  /** Widths that fill the kernels' tiles are multiples of this. */
  readonly multiple: number;
  readonly grids: readonly LatencyGrid[];
  readonly rates: readonly LatencyRate[];
}

/** Layers of one form, with a filter: measured at each combination of widths. */
export interface LatencyGrid {
  readonly form: string;
  /** Increasing channel counts: of what is read, and of what is written unless each channel has filters of its own. */
  readonly widths: readonly (readonly number[])[];
  /** Row-major. */
  readonly milliseconds: readonly number[];
}

/** All other layers of one form: in proportion to the elements that they read and write. */
export interface LatencyRate {
  readonly form: string;
  readonly nanosecondsPerElement: number;
}

/** The table, if it is one. Throws a `DataError` that says what is wrong with it. */
export function checkLatencyTable(value: unknown, where: string): LatencyTable {
  const fault = (what: string) => new DataError(`${what}; measure it again`, where);
  const table = (isObject(value) ? value : {}) as Partial<LatencyTable>;
  if (table.espalierLatency !== 1) {
    throw new DataError(
      'not a latency table: expected {"espalierLatency": 1, ...}, as bench --latency-table writes',
      where,
    );
  }
  const { platform, threads, multiple, grids, rates } = table;
  const isWords = [table.date, table.network, (platform as Partial<Platform> | undefined)?.agent].every(
    (word) => typeof word === "string",
  );
  if (!isWords || !isObject(platform)) throw fault("expected date, network and platform {agent, cores, processor}");
  if (table.build !== "baseline" && table.build !== "relaxed") throw fault('build is neither "baseline" nor "relaxed"');
  if (!isCount(threads) || !isCount(multiple)) throw fault("threads and multiple are no whole numbers from 1 on");
  if (!isTime(table.milliseconds) || table.milliseconds === 0 || !isTime(table.overheadMs)) {
    throw fault("milliseconds and overheadMs are no times");
  }
  if (!Array.isArray(grids) || !Array.isArray(rates)) throw fault("expected lists of grids and rates");
  grids.forEach((grid, i) => {
    if (!isGrid(grid))
      throw fault(
        `grid ${i}: expected {form, widths: 1 or 2 increasing lists, milliseconds: one for each combination}`,
      );
  });
  rates.forEach((rate, i) => {
    if (!isRate(rate)) throw fault(`rate ${i}: expected {form, nanosecondsPerElement}`);
  });
  const forms = [...grids, ...rates].map(({ form }: { form: string }) => form);
  const twice = forms.find((form, i) => forms.indexOf(form) !== i);
  if (twice !== undefined) throw fault(`"${twice}" is there twice`);
  return table as LatencyTable;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

function isGrid(grid: unknown): grid is LatencyGrid {
  const { form, widths, milliseconds } = (isObject(grid) ? grid : {}) as Partial<LatencyGrid>;
  if (typeof form !== "string" || !Array.isArray(widths) || widths.length < 1 || widths.length > 2) return false;
  if (!widths.every(isIncreasing) || !Array.isArray(milliseconds)) return false;
  const points = widths.reduce((product: number, list: readonly number[]) => product * list.length, 1);
  return milliseconds.length === points && milliseconds.every(isTime);
}

function isIncreasing(list: unknown): list is readonly number[] {
  if (!Array.isArray(list) || list.length === 0) return false;
  return list.every((width, i) => isCount(width) && (i === 0 || width > (list[i - 1] as number)));
}

function isRate(rate: unknown): rate is LatencyRate {
  const { form, nanosecondsPerElement } = (isObject(rate) ? rate : {}) as Partial<LatencyRate>;
  return typeof form === "string" && isTime(nanosecondsPerElement);
}

/** The text of a table's file: a grid a line. */
export function formatLatencyTable({ grids, rates, ...head }: LatencyTable): string {
  const lines = (list: readonly object[]) => list.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  const start = JSON.stringify(head, null, 2).replace(/\n}$/, "");
  return `${start},\n  "grids": [\n${lines(grids)}\n  ],\n  "rates": [\n${lines(rates)}\n  ]\n}\n`;
}

/** Milliseconds of a layer of these widths: linear along each axis between the widths that were measured, and beyond the last two. */
export function interpolate({ widths, milliseconds }: LatencyGrid, sizes: readonly number[]): number {
  const along = widths.map((list, axis) => between(list, sizes[axis]!));
  const [first, second = [{ at: 0, share: 1 }]] = along;
  const step = widths[1]?.length ?? 1;
  let sum = 0;
  for (const a of first!) for (const b of second) sum += a.share * b.share * milliseconds[a.at * step + b.at]!;
  return Math.max(0, sum);
}

/** Between which of the widths a size lies, and how much each of them counts; where there is but one, in proportion to it. */
function between(list: readonly number[], size: number): { readonly at: number; readonly share: number }[] {
  if (list.length === 1) return [{ at: 0, share: size / list[0]! }];
  let high = 1;
  while (high < list.length - 1 && list[high]! < size) high++;
  const share = (size - list[high - 1]!) / (list[high]! - list[high - 1]!);
  return [
    { at: high - 1, share: 1 - share },
    { at: high, share },
  ];
}
