/** Runs graphs on the runtime: what accuracy, speed and equality are measured on is what ships. */
import { compile, type CompileOptions } from "../compile/encode.js";
import type { Graph } from "../graph/graph.js";
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
