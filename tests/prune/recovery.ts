/** Statistics as they are defined, in float64, which recovery is held to. */
import * as assert from "uvu/assert";
import { type Graph, type Node, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { openMoments } from "../../src/linalg/moments.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { opOf } from "../../src/ops/index.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import type { Applied } from "../../src/prune/apply.js";
import { applyPlan, type PruneRequest } from "../../src/prune/prune.js";
import { recoverStatistics } from "../../src/prune/recover/statistics.js";
import type { Samples } from "../../src/prune/segments.js";
import { findUnits } from "../../src/prune/units.js";
import { uniform } from "../../src/random.js";
import { noise } from "./architectures.js";

export const runner = runtimeRunner();
export const moments = await openMoments();

export const HALF: PruneRequest = { method: "l1", keep: { kind: "channels", value: 0.5 } };

/** Brighter and with more contrast than what weights and statistics were made for. */
export function samplesFor(graph: Graph, count: number): Samples {
  const next = uniform(5);
  const all = Array.from({ length: count }, () => noise(graph.inputs[0]!.shape, next).data.map((v) => 2 * v + 0.5));
  return { count, get: (i) => all[i]! as Float32Array };
}

export const recover = (dense: Graph, cut: Applied, samples: Samples, done: [number, number][] = []) =>
  recoverStatistics(dense, cut, samples, { runner, moments, onProgress: (n, total) => done.push([n, total]) });

export const uncut = (graph: Graph): Promise<Applied> => applyPlan(findUnits(graph), emptyPlan, runner);
export const emptyPlan = { espalierPlan: 1, method: "l1", seed: 1, request: {}, cuts: [] } as const;

export interface Statistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Mean and variance of each channel over all samples, in float64, as they are defined. */
export function statisticsOf(values: readonly Tensor[]): Statistics {
  const [first] = values;
  const channels = first!.shape[1]!;
  const plane = sizeOf(first!.shape.slice(2));
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const each = (visit: (v: number, c: number) => void) =>
    values.forEach(({ data }) => data.forEach((v: number, i: number) => visit(v, Math.floor(i / plane))));
  const n = values.length * plane;
  each((v, c) => (mean[c]! += v / n));
  each((v, c) => (variance[c]! += (v - mean[c]!) ** 2 / n));
  return { mean, variance };
}

/** Batch norms with the statistics of these samples, each measured behind the already corrected ones. */
export function reestimated(graph: Graph, samples: Samples): Map<string, Statistics> {
  const found = new Map<string, Statistics>();
  const values = Array.from({ length: samples.count }, (_, i) => {
    const input = graph.inputs[0]!;
    return new Map<string, Tensor>([...graph.constants, [input.name, { shape: input.shape, data: samples.get(i) }]]);
  });
  const inputsOf = (node: Node, sample: ReadonlyMap<string, Tensor>) => node.inputs.map((name) => sample.get(name)!);
  for (const node of graph.nodes) {
    const inputs = values.map((sample) => inputsOf(node, sample));
    if (node.op === "batch-norm") {
      const statistics = statisticsOf(inputs.map(([x]) => x!));
      found.set(node.name, statistics);
      const [mean, variance] = [statistics.mean, statistics.variance].map((data) => ({ shape: [data.length], data }));
      inputs.forEach((of) => of.splice(3, 2, mean!, variance!));
    }
    inputs.forEach((of, i) => values[i]!.set(node.outputs[0]!, opOf(node).evaluate(node.attrs, of)[0]!));
  }
  return found;
}

/** Statistics of some nodes' outputs over samples. */
export function outputStatistics(graph: Graph, names: readonly string[], samples: Samples): Map<string, Statistics> {
  const input = graph.inputs[0]!;
  const runs = Array.from({ length: samples.count }, (_, i) =>
    evaluateGraph(graph, new Map([[input.name, { shape: input.shape, data: samples.get(i) }]])),
  );
  return new Map(names.map((name) => [name, statisticsOf(runs.map((values) => values.get(name)!))]));
}

export function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.is(actual.length, expected.length, what);
  Array.from(expected).forEach((v, i) => {
    const apart = Math.abs(actual[i]! - v) / Math.max(1, Math.abs(v));
    assert.ok(apart <= tolerance, `${what}: element ${i} is ${actual[i]}, expected ${v}`);
  });
}

export function checkNorms(graph: Graph, expected: ReadonlyMap<string, Statistics>, tolerance: number): void {
  const norms = graph.nodes.filter(({ op }) => op === "batch-norm");
  assert.is(norms.length, expected.size);
  for (const { name, inputs } of norms) {
    near(graph.constants.get(inputs[3]!)!.data, expected.get(name)!.mean, tolerance, `${name} mean`);
    near(graph.constants.get(inputs[4]!)!.data, expected.get(name)!.variance, tolerance, `${name} variance`);
  }
}
