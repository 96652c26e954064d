/** Makes latency tables: the filters of a network at a grid of widths, on the device that runs it, and the rest as it stands. */
import { RequestError } from "../errors.js";
import type { Network } from "../gen/network.js";
import { decodeFile } from "../runtime/decode.js";
import type { LoadOptions, Session } from "../runtime/index.js";
import { loadParts } from "../runtime/parts.js";
import { resizeNetwork } from "../runtime/resize.js";
import { verifyNetwork } from "../runtime/verify.js";
import { breathe, clockStep } from "./clock.js";
import { type GridPlan, planGrids } from "./grid.js";
import type { LatencyRate, LatencyTable } from "./latency-table.js";
import { describePlatform } from "./platform.js";
import { repeatsFor, Samples, type Timed, warmUp } from "./samples.js";
import { inputsOf, portionsOf, sideBySide } from "./side-by-side.js";
import { type TimedLayer, timedLayers } from "./timed-layers.js";

/** `loadNetwork` of the runtime, as the platform has it. */
export type OpenNetwork = (network: Network, options?: LoadOptions) => Promise<Session>;

export interface LatencyTableOptions extends Pick<LoadOptions, "build" | "threads" | "engine" | "shapes"> {
  /** Milliseconds that samples should take; where they would take longer the grid is coarser. Default: 12,000. */
  readonly milliseconds?: number | undefined;
  /** What measures; as it names itself unless it is said. */
  readonly platform?: LatencyTable["platform"] | undefined;
  /** Of espalier. */
  readonly version?: string | undefined;
  /** Hears what is under way, and which share of it is done, 0 to 1. */
  readonly onStage?: ((stage: string, share: number) => void) | undefined;
}

/** Widths that are multiples of this leave no lane of a tile empty: panels have 6 output channels, and 4 or 2 at the end. */
const MULTIPLE = 2;
/** Passes over everything, so that a device that is busy for a while is fair to all; the median over all of them counts. */
const PASSES = 3;
/** Samples of each layer, and of whole runs, in one pass. */
const SAMPLES = 7;
const RUNS = 15;
/** Milliseconds until an engine has compiled fast code: of a kernel, and of all that the network needs. */
const WARM_UP_MS = 40;
const NETWORK_WARM_UP_MS = 300;

/**
 * Measures how long the layers of a network take by their widths. Layers of one form share one grid; its points take turns, so
 * that none finds its weights in the nearest cache. Throws a `RequestError` where the clock stands still while code runs.
 *
 * @example
 * const table = await measureLatencyTable(loadNetwork, bytes);
 */
export async function measureLatencyTable(
  open: OpenNetwork,
  bytes: Uint8Array,
  options: LatencyTableOptions = {},
): Promise<LatencyTable> {
  const { milliseconds = 12_000, onStage = () => {}, shapes, platform = describePlatform(), version, ...how } = options;
  const tick = clockStep();
  if (tick === null) {
    throw new RequestError("the clock stands still here while code runs, so nothing can be measured", "latency table");
  }
  const decoded = await decodeFile(bytes);
  const parts = await loadParts(decoded);
  const verify = (one: Network) => verifyNetwork(one, parts);
  const network = shapes ? resizeNetwork(decoded, shapes, verify).network : decoded;
  const layers = timedLayers(network, verify(network));
  const bench: Bench = { open: (one) => open(one, how), tick, warm: new Set(), onStage };
  onStage("measuring the network", 0);
  const session = await bench.open(network);
  try {
    const whole = new Whole(session, tick);
    await whole.sample();
    const plans = planGrids(layers, whole.layerMs, { multiple: MULTIPLE, samples: PASSES * SAMPLES, milliseconds });
    const grids = await measureGrids(plans, bench, () => whole.sample());
    return {
      espalierLatency: 1,
      date: new Date().toISOString(),
      ...(version === undefined ? {} : { version }),
      platform,
      ...{ build: session.build, threads: session.threads },
      ...{ network: network.name, milliseconds: round(whole.medianMs), overheadMs: round(whole.overheadMs) },
      multiple: MULTIPLE,
      grids: plans.map(({ layer, widths }, i) => ({ form: layer.form, widths, milliseconds: grids[i]!.map(round) })),
      rates: ratesOf(layers, whole.layerMs),
    };
  } finally {
    session.dispose();
  }
}

/** To three digits: there is no more in a time. */
const round = (number: number) => Number(number.toPrecision(3));

interface Bench {
  readonly open: (network: Network) => Promise<Session>;
  /** The clock's smallest step in milliseconds. */
  readonly tick: number;
  /** Kernels that have been warmed up. */
  readonly warm: Set<string>;
  readonly onStage: (stage: string, share: number) => void;
}

/** The network as it stands: whole runs, and between them each layer by itself, where the one before it has just run. */
class Whole {
  readonly #things: readonly Timed[];
  readonly #repeats: readonly number[];
  /** Of the whole, and of each layer. */
  readonly #samples: Samples;

  constructor(session: Session, tick: number) {
    const inputs = inputsOf(session);
    const run: Timed = (runs) => {
      const start = performance.now();
      for (; runs > 0; runs--) session.run(inputs);
      return performance.now() - start;
    };
    warmUp(run, NETWORK_WARM_UP_MS);
    this.#things = [
      run,
      ...session.layers.map(
        (layer): Timed =>
          (runs) =>
            session.time(layer, runs),
      ),
    ];
    this.#repeats = repeatsFor(this.#things, tick);
    this.#samples = new Samples(this.#things.length);
  }

  async sample(): Promise<void> {
    await breathe();
    this.#samples.take(this.#things, this.#repeats, RUNS);
  }

  get medianMs(): number {
    return this.#samples.medians()[0]!;
  }

  get layerMs(): number[] {
    return this.#samples.medians().slice(1);
  }

  get overheadMs(): number {
    const [whole, ...layers] = this.#samples.least() as [number, ...number[]];
    return Math.max(0, whole - layers.reduce((sum, ms) => sum + ms, 0));
  }
}

/** What layers without filters take for each element, layers of one form together. */
function ratesOf(layers: readonly TimedLayer[], times: readonly number[]): LatencyRate[] {
  const sums = new Map<string, { ms: number; elements: number }>();
  layers.forEach(({ form, sizes, axes }, i) => {
    if (axes > 0) return;
    const { ms, elements } = sums.get(form) ?? { ms: 0, elements: 0 };
    sums.set(form, { ms: ms + times[i]!, elements: elements + sizes[0]! });
  });
  return [...sums].map(([form, { ms, elements }]) => ({ form, nanosecondsPerElement: round((1e6 * ms) / elements) }));
}

/** The median of each point of each grid; `between` passes something else is sampled. */
async function measureGrids(
  plans: readonly GridPlan[],
  bench: Bench,
  between: () => Promise<void>,
): Promise<number[][]> {
  const grids = plans.map(({ points }) => new Samples(points.length));
  const total = PASSES * plans.reduce((sum, { points }) => sum + points.length, 0);
  let done = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    if (pass > 0) await between();
    for (const [i, { layer, points }] of plans.entries()) {
      let first = 0;
      for (const portion of portionsOf(layer, points)) {
        bench.onStage("measuring layers", done / total);
        await breathe();
        await samplePortion(sideBySide(layer, portion), grids[i]!, first, bench);
        first += portion.length;
        done += portion.length;
      }
    }
  }
  return grids.map((samples) => samples.medians());
}

async function samplePortion(network: Network, samples: Samples, first: number, bench: Bench): Promise<void> {
  const session = await bench.open(network);
  try {
    session.run(inputsOf(session));
    const things = session.layers.map(
      (layer): Timed =>
        (runs) =>
          session.time(layer, runs),
    );
    session.layers.forEach(({ kernel }, i) => {
      if (!bench.warm.has(kernel)) warmUp(things[i]!, WARM_UP_MS);
      bench.warm.add(kernel);
    });
    samples.take(things, repeatsFor(things, bench.tick), SAMPLES, first);
  } finally {
    session.dispose();
  }
}
