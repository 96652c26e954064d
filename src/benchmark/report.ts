/** What a benchmark found, as plain data: survives `JSON.stringify`. */

export interface BenchmarkReport {
  readonly version: 1;
  /** When it was finished, ISO 8601. */
  readonly date: string;
  readonly platform: Platform;
  readonly build: "baseline" | "relaxed";
  readonly threads: number;
  /** Measured rounds; each runs every network once, in an order that is drawn anew. */
  readonly runs: number;
  /** Milliseconds in which each network was run before. */
  readonly warmUpMs: number;
  /** The clock's smallest step; null where it stands still while code runs, and all times are null with it. */
  readonly clockMs: number | null;
  /** The first one is what the others are compared with. */
  readonly networks: readonly MeasuredNetwork[];
}

export interface Platform {
  /** As it names itself. */
  readonly agent: string;
  readonly cores: number | null;
}

export interface MeasuredNetwork {
  readonly name: string;
  readonly fileBytes: number;
  /** All memory of the session, allocated at once. */
  readonly peakBytes: number;
  /** Multiply-adds of one run. */
  readonly macs: number;
  /** From the file's bytes to the first result: checking, planning, packing weights, one run; of the first network the engine, too. */
  readonly coldMs: number | null;
  readonly medianMs: number | null;
  readonly minMs: number | null;
  /** 95 of 100 runs are not slower. */
  readonly p95Ms: number | null;
  /** How many times as fast as the first network, and how many times fewer multiply-adds it has. */
  readonly speedRatio: number | null;
  readonly macsRatio: number;
  readonly layers: readonly MeasuredLayer[];
}

export interface MeasuredLayer {
  readonly name: string;
  readonly type: string;
  readonly kernel: string;
  readonly macs: number;
  /** Bytes that a run moves at least. */
  readonly bytes: number;
  /** Median over some runs, layer by layer; the mean where the clock is too coarse for it. */
  readonly milliseconds: number | null;
}
