/** How long networks take, measured side by side so that a drifting machine is fair to all. */
import { sizeOf } from "../graph/graph.js";
import { uniform } from "../random.js";
import type { Session } from "../runtime/index.js";

export interface Latency {
  readonly medianMs: number;
  readonly minMs: number;
  /** 95 of 100 runs are not slower. */
  readonly p95Ms: number;
  /** Median over the rounds of its time over that of the first network: what else the machine does falls on both. */
  readonly relative: number;
}

export interface LatencyOptions {
  /** Measured rounds; each runs every network once. Default 50. */
  readonly runs?: number | undefined;
  /** Time for each network to reach its speed first. Default 300. */
  readonly warmUpMs?: number | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Times whole runs, inputs and outputs included, network after network in every round. */
export function measureLatency(sessions: readonly Session[], options: LatencyOptions = {}): Latency[] {
  const { runs = 50, warmUpMs = 300 } = options;
  const inputs = sessions.map(randomInputs);
  sessions.forEach((session, i) => warmUp(session, inputs[i]!, warmUpMs));
  const times = sessions.map(() => new Float64Array(runs));
  for (let round = 0; round < runs; round++) {
    sessions.forEach((session, i) => {
      const start = performance.now();
      session.run(inputs[i]!);
      times[i]![round] = performance.now() - start;
    });
    options.onProgress?.(round + 1);
  }
  return times.map((own) => ({
    ...summarise(own),
    relative: medianOf(own.map((time, round) => time / times[0]![round]!)),
  }));
}

/** Engines compile fast code only after some time of slow code. */
function warmUp(session: Session, inputs: Record<string, Float32Array>, milliseconds: number): void {
  const end = performance.now() + milliseconds;
  do session.run(inputs);
  while (performance.now() < end);
}

/** Numbers between -1 and 1, the same for every session of the same inputs. */
export function randomInputs(session: Session): Record<string, Float32Array> {
  const next = uniform(1);
  return Object.fromEntries(
    session.inputs.map(({ name, shape }) => [name, Float32Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1)]),
  );
}

function summarise(times: Float64Array): Omit<Latency, "relative"> {
  const sorted = times.slice().sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { medianMs: at(0.5), minMs: at(0), p95Ms: at(0.95) };
}

const medianOf = (values: Float64Array) => values.slice().sort()[values.length >> 1]!;
