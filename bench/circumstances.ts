/** Where, when and how something was measured. */

export interface Circumstances {
  readonly engine: string;
  readonly version: string;
  readonly build: string;
  readonly cpu: string;
  readonly threads: number;
  readonly runs: number;
  /** What was left of the networks, `macs=0.5`, if they were pruned. */
  readonly keep?: string;
  /** `2026-11-22`. */
  readonly date: string;
}

/** All of it, on one line. */
export function describe({ engine, version, build, threads, keep, cpu, date, runs }: Circumstances): string {
  const count = `${threads} thread${threads === 1 ? "" : "s"}`;
  const pruned = keep === undefined ? "" : `, pruned by l1 to ${keep}`;
  return `${engine} ${version}, ${build} build, ${count}${pruned}; ${cpu}; ${date}; medians of ${runs} runs`;
}

/** Of its section in bench/README.md: figures replace those of the same engine, build, number of threads and pruning. */
export const keyOf = ({ engine, build, threads, keep }: Circumstances) =>
  [engine, build, threads, ...(keep === undefined ? [] : [keep])].join(" ");
