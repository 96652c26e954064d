/** Runs graphs on the runtime: what accuracy, speed and equality are measured on is what ships. */
import { compile, type CompileOptions } from "../compile/encode.js";
import type { Graph } from "../graph/graph.js";
import type { RaceOptions } from "../prune/runner.js";
import { measureLatency } from "./latency.js";
import { load, type LoadOptions, type Session } from "../runtime/index.js";

/** A graph, compiled and loaded. */
export async function openGraph(
  graph: Graph,
  options: LoadOptions = {},
  compiled: CompileOptions = {},
): Promise<Session> {
  return load(compile(graph, compiled), options);
}

/** Memory that gradients may take, and how many images are run together at most: more make it no faster. */
const GRADIENT_BYTES = 256 << 20;
const MOST_IMAGES = 16;

/** The runtime as something that prepares graphs and knows the size of their files, and the trainer as something that has gradients. */
export function runtimeRunner(options: LoadOptions = {}) {
  return {
    prepare: (graph: Graph, compiled?: Pick<CompileOptions, "zeros">) => openGraph(graph, options, compiled),
    fileBytes: (graph: Graph) => compile(graph).length,
    async gradients(graph: Graph, values: readonly string[]) {
      const { ValueGradients } = await import("../train/value-gradients.js");
      const { build = "auto" } = options;
      const images = Math.floor(GRADIENT_BYTES / ValueGradients.bytesOf(graph, { values, batch: 1, build }));
      return ValueGradients.open(graph, { values, batch: Math.min(MOST_IMAGES, Math.max(1, images)), build });
    },
  };
}

/** Rounds of a race take about so long in all unless it is said, within these numbers of them; short ones, and those of many, have fewer. */
const RACE_MS = 1500;
const [FEWEST_ROUNDS, MOST_ROUNDS] = [15, 201];
const FEWEST_SHORT_ROUNDS = 5;
/** Time for each network to reach its speed first. */
const WARM_UP_MS = 300;

/**
 * A function that gives the median milliseconds of graphs, each run once in every round; of all but the first it is the first one's
 * median times `Latency.relative`.
 */
export function racer(options: LoadOptions = {}) {
  return async (graphs: readonly Graph[], race: RaceOptions = {}): Promise<number[]> => {
    const { milliseconds = RACE_MS, warm = false, onProgress = () => {} } = race;
    const sessions: Session[] = [];
    try {
      for (const graph of graphs) sessions.push(await openGraph(graph, options));
      const warmUpMs = Math.min(WARM_UP_MS, milliseconds / 2 / graphs.length);
      const trial = measureLatency(sessions, { runs: 3, warmUpMs });
      const round = (warm ? 2 : 1) * trial.reduce((sum, { medianMs }) => sum + medianMs, 0);
      const fewest = milliseconds < RACE_MS || graphs.length > 2 ? FEWEST_SHORT_ROUNDS : FEWEST_ROUNDS;
      const runs = Math.min(MOST_ROUNDS, Math.max(fewest, Math.round(milliseconds / round)));
      const times = measureLatency(sessions, { runs, warm, warmUpMs: 0, onProgress: (done) => onProgress(done, runs) });
      return times.map(({ relative }) => times[0]!.medianMs * relative);
    } finally {
      for (const session of sessions) session.dispose();
    }
  };
}
