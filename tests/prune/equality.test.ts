/** The comparison behind every cut finds damage, also where a softmax hides it from the outputs. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { GraphBuilder } from "../../src/models/index.js";
import { applyCuts, maskGraph } from "../../src/prune/apply.js";
import { checkCut, checkEquality } from "../../src/prune/equality.js";
import { findUnits } from "../../src/prune/units.js";

const test = suite("prune/equality");
const CONVS = ["first", "second", "third"] as const;

/** Ends in a softmax that random input drives to 0 and 1. */
function saturated(): Graph {
  const b = new GraphBuilder(7);
  const input = b.input("x", [1, 3, 8, 8]);
  const body = CONVS.reduce((x, name) => b.relu(`${name}.relu`, b.conv(name, x, 8, 3, { bias: true })), input);
  const pooled = b.node("flat", "flatten", { axis: 1 }, [b.node("pool", "global-average-pool", {}, [body])]);
  const logits = b.node("logits", "gemm", {}, [pooled, b.weights("logits.weight", [4, 8], 80)]);
  return b.build("saturated", [b.node("probabilities", "softmax", { axis: 1 }, [logits])]);
}

/** The graph with one number of a filter made 0. */
function damaged(graph: Graph, conv: string): Graph {
  const filter = graph.constants.get(`${conv}.weight`)!;
  const data = Float32Array.from(filter.data);
  data[data.findIndex((value) => Math.abs(value) > 0.1)] = 0;
  return { ...graph, constants: new Map([...graph.constants, [`${conv}.weight`, { ...filter, data }]]) };
}

const map = findUnits(saturated());
const unit = map.units.find(({ name }) => name === "second")!;
const removed = new Set(unit.roots.slice(0, 3));
const cut = applyCuts(map.graph, map.channels, removed);
const masked = maskGraph(map.graph, map.channels, removed);

test("a true cut passes", async () => {
  const { maxRelative } = await checkCut(masked, cut, [...CONVS, "logits"], runtimeRunner(), 1);
  assert.ok(maxRelative < 1e-5, `${maxRelative}`);
});

for (const conv of CONVS) {
  test(`a damaged weight of ${conv} is found, though the softmax behind it hides it`, async () => {
    const graph = damaged(cut.graph, conv);
    await checkEquality(masked, graph, runtimeRunner(), 1);
    const error = await checkCut(masked, { ...cut, graph }, [...CONVS, "logits"], runtimeRunner(), 1).catch((e) => e);
    assert.instance(error, ModelError);
    assert.match(error.message, /differs from the masked one by .*nothing was written/);
  });
}

test.run();
