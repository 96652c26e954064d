/** Where, when and how something was measured. */

export interface Circumstances {
  readonly engine: string;
  readonly version: string;
  readonly build: string;
  readonly cpu: string;
  readonly threads: number;
  readonly runs: number;
  /** `2026-11-22`. */
  readonly date: string;
}

/** All of it, on one line. */
export function describe({ engine, version, build, threads, cpu, date, runs }: Circumstances): string {
  const count = `${threads} thread${threads === 1 ? "" : "s"}`;
  return `${engine} ${version}, ${build} build, ${count}; ${cpu}; ${date}; medians of ${runs} runs`;
}

/** Of its section in bench/README.md: figures replace those of the same engine, build and number of threads. */
export const keyOf = ({ engine, build, threads }: Circumstances) => `${engine} ${build} ${threads}`;
