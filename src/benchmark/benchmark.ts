/** Measures networks side by side on the device that runs them, as it will run them. */
import { RequestError } from "../errors.js";
import { uniform } from "../random.js";
import type { LayerTime, LoadOptions, Session } from "../runtime/index.js";
import { breathe, clockStep } from "./clock.js";
import { describePlatform } from "./platform.js";
import type { BenchmarkReport, MeasuredNetwork } from "./report.js";
import { summarise } from "./summary.js";

export interface Candidate {
  readonly name: string;
  /** A compiled network. */
  readonly network: Uint8Array;
}

/** `load` of `espalier/runtime`, as the platform has it. */
export type Load = (network: Uint8Array, options?: LoadOptions) => Promise<Session>;

export interface BenchmarkOptions extends LoadOptions {
  /** Measured rounds. Default: 30. */
  readonly runs?: number | undefined;
  /** Milliseconds in which each network reaches its speed first. Default: 500. */
  readonly warmUpMs?: number | undefined;
  /** Hears what is under way, and which share of the work is done, 0 to 1. */
  readonly onStage?: ((stage: string, share: number) => void) | undefined;
}

/** Runs of each network in which layers are measured one by one. */
const PROFILED_RUNS = 15;
/** Steps of the clock from which on a layer's time is its median. */
const FINE_STEPS = 5;

/**
 * Loads all candidates, warms them up, and runs them in turn, so that a device that gets warm or busy is fair to all. Takes the
 * thread in pieces of one run. The first candidate is what the others are compared with.
 *
 * @example
 * const report = await benchmark(load, [{ name: "dense", network }, { name: "half", network: half }]);
 */
export async function benchmark(
  load: Load,
  candidates: readonly Candidate[],
  options: BenchmarkOptions = {},
): Promise<BenchmarkReport> {
  const { runs = 30, warmUpMs = 500, onStage = () => {}, ...how } = options;
  if (candidates.length === 0) throw new RequestError("expected a network or more, got none", "benchmark");
  if (!(Number.isInteger(runs) && runs >= 1)) throw new RequestError(`expected 1 or more, got ${runs}`, "runs");
  const clockMs = clockStep();
  const opened: Opened[] = [];
  try {
    for (const candidate of candidates) {
      onStage(`loading ${candidate.name}`, (0.2 * opened.length) / candidates.length);
      await breathe();
      opened.push(await open(load, candidate, how));
    }
    for (const [i, one] of opened.entries()) {
      onStage(`warming up ${one.name}`, 0.2 + (0.2 * i) / opened.length);
      await warmUp(one, warmUpMs);
    }
    const times = await race(opened, runs, (round) => onStage("measuring", 0.4 + (0.5 * round) / runs));
    onStage("layer by layer", 0.9);
    await breathe();
    const [{ session }] = opened as [Opened];
    const measured = opened.map((one, i) => describe(one, times[i]!, clockMs));
    return {
      version: 1,
      date: new Date().toISOString(),
      platform: describePlatform(),
      build: session.build,
      threads: session.threads,
      ...{ runs, warmUpMs, clockMs },
      networks: measured.map((network) => compare(network, measured[0]!)),
    };
  } finally {
    for (const { session } of opened) session.dispose();
  }
}

interface Opened extends Candidate {
  readonly session: Session;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly coldMs: number;
}

async function open(load: Load, { name, network }: Candidate, how: LoadOptions): Promise<Opened> {
  const start = performance.now();
  const session = await load(network, how);
  const next = uniform(1);
  const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  const inputs = Object.fromEntries(
    session.inputs.map((input) => [
      input.name,
      Float32Array.from({ length: sizeOf(input.shape) }, () => 2 * next() - 1),
    ]),
  );
  session.run(inputs);
  return { name, network, session, inputs, coldMs: performance.now() - start };
}

/** Engines compile fast code after some time of slow code. Where the clock stands still a few runs have to do. */
async function warmUp({ session, inputs }: Opened, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let i = 0; i < 3 || (performance.now() < end && i < 10_000 && clockMoves(i, end - milliseconds)); i++) {
    session.run(inputs);
    if (i % 8 === 0) await breathe();
  }
}

const clockMoves = (runs: number, start: number): boolean => runs < 100 || performance.now() > start;

async function race(opened: readonly Opened[], runs: number, onRound: (round: number) => void): Promise<number[][]> {
  const times = opened.map((): number[] => []);
  const next = uniform(opened.length);
  for (let round = 0; round < runs; round++) {
    for (const i of shuffled(opened.length, next)) {
      const { session, inputs } = opened[i]!;
      const start = performance.now();
      session.run(inputs);
      times[i]!.push(performance.now() - start);
    }
    onRound(round + 1);
    await breathe();
  }
  return times;
}

function shuffled(count: number, next: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => ({ i, at: next() }));
  return order.sort((a, b) => a.at - b.at).map(({ i }) => i);
}

function describe(opened: Opened, times: readonly number[], clockMs: number | null): MeasuredNetwork {
  const { name, network, session, inputs, coldMs } = opened;
  const { peakBytes, macs } = session;
  const known = <T>(value: T) => (clockMs === null ? null : value);
  const { medianMs, minMs, p95Ms } = summarise(times);
  // A mean also means something where the clock's steps are longer than a layer; a median is not moved by one late run.
  const timeOf = ({ milliseconds, meanMilliseconds }: LayerTime) =>
    milliseconds >= FINE_STEPS * (clockMs ?? 0) ? milliseconds : meanMilliseconds;
  const layers = session.profile(inputs, PROFILED_RUNS).map((layer) => ({
    name: layer.name,
    type: layer.type,
    kernel: layer.kernel,
    macs: layer.macs,
    bytes: layer.bytes,
    milliseconds: known(timeOf(layer)),
  }));
  return {
    ...{ name, fileBytes: network.length, peakBytes, macs, coldMs: known(coldMs) },
    ...{ medianMs: known(medianMs), minMs: known(minMs), p95Ms: known(p95Ms), speedRatio: null, macsRatio: 1 },
    layers,
  };
}

function compare(network: MeasuredNetwork, first: MeasuredNetwork): MeasuredNetwork {
  const ratio = (of: number | null, to: number | null) => (of === null || !to ? null : of / to);
  return {
    ...network,
    speedRatio: ratio(first.medianMs, network.medianMs),
    macsRatio: network.macs === 0 ? 1 : first.macs / network.macs,
  };
}
