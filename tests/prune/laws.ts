/** What the laws of pruning are checked with: costs counted anew, and results compared. */
import { compile } from "../../src/compile/encode.js";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { describeGraph } from "../../src/measure/facts.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { countParameters, evaluateGraph } from "../../src/ops/walk.js";
import type { Method } from "../../src/prune/methods/method.js";
import type { Resources } from "../../src/prune/prune.js";
import { normal } from "../../src/random.js";
import { noiseFor } from "./architectures.js";

export const runner = runtimeRunner();

export const same = (a: Graph, b: Graph): boolean => Buffer.compare(compile(a), compile(b)) === 0;

/** Some pictures of noise for the network's first input. */
export function noisePictures({ inputs: [input] }: Graph, count = 6): Resources {
  const next = normal(5);
  const pictures = Array.from({ length: count }, () =>
    Float32Array.from({ length: sizeOf(input!.shape) }, () => next()),
  );
  return { samples: () => ({ count, get: (i) => pictures[i]! }) };
}

/** Whether a method that looks at pictures cannot run this network on them. */
export function cannotTakePictures({ needs, uses = [] }: Method, { inputs }: Graph): boolean {
  return inputs.length > 1 && [...needs, ...uses].includes("samples");
}

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
