/** Runs graphs on the runtime: what accuracy, speed and equality are measured on is what ships. */
import { compile, type CompileOptions } from "../compile/encode.js";
import type { Graph } from "../graph/graph.js";
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

/** The runtime as something that prepares graphs and knows the size of their files. */
export function runtimeRunner(options: LoadOptions = {}) {
  return {
    prepare: (graph: Graph, compiled?: Pick<CompileOptions, "zeros">) => openGraph(graph, options, compiled),
    fileBytes: (graph: Graph) => compile(graph).length,
  };
}

/** Rounds of a race take about so long in all, within these numbers of them. */
const RACE_MS = 1500;
const [FEWEST_ROUNDS, MOST_ROUNDS] = [15, 201];

/** A function that gives the median milliseconds of graphs, each run once in every round. */
export function racer(options: LoadOptions = {}): (graphs: readonly Graph[]) => Promise<number[]> {
  return async (graphs) => {
    const sessions: Session[] = [];
    try {
      for (const graph of graphs) sessions.push(await openGraph(graph, options));
      const trial = measureLatency(sessions, { runs: 3 });
      const round = trial.reduce((sum, { medianMs }) => sum + medianMs, 0);
      const runs = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, Math.round(RACE_MS / round)));
      return measureLatency(sessions, { runs, warmUpMs: 0 }).map(({ medianMs }) => medianMs);
    } finally {
      for (const session of sessions) session.dispose();
    }
  };
}
