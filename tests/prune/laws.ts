/** What the laws of pruning are checked with: costs counted anew, and results compared. */
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { describeGraph } from "../../src/measure/facts.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { countParameters, evaluateGraph } from "../../src/ops/walk.js";
import { noiseFor } from "./architectures.js";

export const runner = runtimeRunner();

export const same = (a: Graph, b: Graph): boolean => Buffer.compare(compile(a), compile(b)) === 0;

/** What a budget counts, counted anew on the cut graph. */
export function costOf(graph: Graph, kind: "macs" | "parameters" | "bytes"): number {
  if (kind === "bytes") return compile(graph).length;
  return kind === "macs" ? describeGraph(graph).macs : countParameters(graph);
}

/** The largest difference of any output, relative to the largest number of that output. */
export function difference(expected: ReadonlyMap<string, ArrayLike<number>>, actual: typeof expected): number {
  let worst = 0;
  for (const [name, numbers] of expected) {
    const largest = Array.from(numbers).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30);
    Array.from(numbers).forEach((v, i) => {
      const apart = Math.abs(v - actual.get(name)![i]!) / largest;
      worst = Number.isNaN(apart) ? Infinity : Math.max(worst, apart);
    });
  }
  return worst;
}

export function meaning(graph: Graph): Map<string, ArrayLike<number>> {
  const values = evaluateGraph(graph, noiseFor(graph));
  return new Map(graph.outputs.map((name) => [name, values.get(name)!.data]));
}

export async function running(graph: Graph): Promise<Map<string, ArrayLike<number>>> {
  const session = await runner.prepare(graph);
  const inputs = Object.fromEntries([...noiseFor(graph)].map(([name, { data }]) => [name, data]));
  const outputs = session.run(inputs);
  session.dispose();
  return new Map(graph.outputs.map((name) => [name, outputs[name]!]));
}
