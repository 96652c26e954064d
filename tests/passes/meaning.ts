/** What the tests of passes share: a graph before and after, evaluated in float64. */
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { evaluateGraph, inferShapes } from "../../src/ops/walk.js";
import { difference, drawInputs } from "../ops/oracle.js";

export function graph(
  build: (b: GraphBuilder, x: string) => readonly string[],
  shape: readonly number[] = [2, 3, 5, 5],
): Graph {
  const b = new GraphBuilder(41);
  const outputs = build(b, b.input("x", shape));
  return b.build("before", outputs);
}

/** Weights that a pass computed are rounded to float32 once more: 2^-24 of each term, of sums of a few hundred. */
const ROUNDING = 1e-5;

/** The outputs before and after must be the same up to rounding (exactly, where `exact`), and both graphs sound. */
export function sameMeaning(before: Graph, after: Graph, exact = false): void {
  verifyGraph(after);
  assert.equal(after.outputs, before.outputs);
  assert.equal(after.inputs, before.inputs);
  const inputs = drawInputs(before);
  const [old, now] = [evaluateGraph(before, inputs), evaluateGraph(after, inputs)];
  const [oldShapes, shapes] = [inferShapes(before), inferShapes(after)];
  for (const name of before.outputs) {
    assert.equal(shapes.get(name), oldShapes.get(name), name);
    const size = Float64Array.from(old.get(name)!.data).reduce((most, number) => Math.max(most, Math.abs(number)), 0);
    assert.is(difference(old.get(name)!.data, now.get(name)!.data, exact ? 0 : ROUNDING * size), undefined, name);
  }
}

export const opsOf = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);
