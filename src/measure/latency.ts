/** How long networks take, measured side by side so that a drifting machine is fair to all. */
import { sizeOf } from "../graph/graph.js";
import { uniform } from "../random.js";
import type { Session } from "../runtime/index.js";

export interface Latency {
  readonly medianMs: number;
  readonly minMs: number;
  /** 95 of 100 runs are not slower. */
  readonly p95Ms: number;
  /**
   * Its time over the first network's, by the fastest tenth of the runs of each: where other work on the machine interrupts half of the
   * runs, medians say more of that, and it hits long runs more often than short ones.
   */
  readonly relative: number;
}

export interface LatencyOptions {
  /** Measured rounds; each runs every network once. Default 50. */
  readonly runs?: number | undefined;
  /** Whether each run that is timed comes right behind another one of the same network, so that caches hold what it reads. */
  readonly warm?: boolean | undefined;
  /** Time for each network to reach its speed first. Default 300. */
  readonly warmUpMs?: number | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Times whole runs, inputs and outputs included, network after network in every round. */
export function measureLatency(sessions: readonly Session[], options: LatencyOptions = {}): Latency[] {
  const { runs = 50, warmUpMs = 300, warm = false } = options;
  const inputs = sessions.map(randomInputs);
  sessions.forEach((session, i) => warmUp(session, inputs[i]!, warmUpMs));
  const times = sessions.map(() => new Float64Array(runs));
  for (let round = 0; round < runs; round++) {
    sessions.forEach((session, i) => {
      if (warm) session.run(inputs[i]!);
      const start = performance.now();
      session.run(inputs[i]!);
      times[i]![round] = performance.now() - start;
    });
    options.onProgress?.(round + 1);
  }
  const sorted = times.map((own) => own.slice().sort());
  return sorted.map((own) => ({ ...summarise(own), relative: at(own, 0.1) / at(sorted[0]!, 0.1) }));
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

function summarise(sorted: Float64Array): Omit<Latency, "relative"> {
  return { medianMs: at(sorted, 0.5), minMs: at(sorted, 0), p95Ms: at(sorted, 0.95) };
}

/** What so large a share of the runs is not slower than. */
const at = (sorted: Float64Array, share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
