import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyGraph } from "../../src/graph/verify.js";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { mobilenetV2, MODELS, resnet, vgg } from "../../src/models/index.js";
import { countMacs, countParameters, inferShapes } from "../../src/ops/walk.js";
import { checkAll } from "../ops/oracle.js";

const test = suite("models/index");

/**
 * Trainable parameters (batch norm's two statistics a channel do not count) and multiply-adds, added up by hand. They agree
 * with the papers: He et al. 2016, table 6 (0.27M and 0.85M); Sandler et al. 2018, table 4 (3.4M, 300M).
 */
const KNOWN: Readonly<Record<string, readonly [parameters: number, macs: number]>> = {
  resnet20_32: [269_722, 40_551_040],
  resnet56_32: [853_018, 125_485_696],
  mobilenet_v2: [3_504_872, 300_774_272],
};

function statistics(graph: Graph): number {
  const norms = graph.nodes.filter(({ op }) => op === "batch-norm");
  return norms.reduce((sum, { inputs }) => sum + 2 * sizeOf(graph.constants.get(inputs[1]!)!.shape), 0);
}

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name} is sound, and every value has a shape`, () => {
    const graph = model();
    verifyGraph(graph);
    assert.ok(inferShapes(graph).has(graph.outputs[0]!));
  });
}

for (const [name, [parameters, macs]] of Object.entries(KNOWN)) {
  test(`${name} has as many parameters and multiply-adds as were added up by hand`, () => {
    const graph = MODELS[name]!();
    assert.is(countParameters(graph) - statistics(graph), parameters);
    assert.is(countMacs(graph), macs);
  });
}

test("the same seed gives the same weights, another seed others", () => {
  const constants = (seed: number) => [...resnet({ depth: 8, seed }).constants];
  assert.equal(constants(1), constants(1));
  assert.not.equal(constants(1), constants(2));
});

test("small versions compute on the engine what they mean", () =>
  checkAll([
    resnet({ depth: 20, width: 5, size: 12 }),
    vgg({ layers: [7, "pool", 9, 10, "pool"], size: 12, hidden: 17 }),
    mobilenetV2({
      stages: [
        [1, 5, 1, 1],
        [6, 7, 2, 2],
        [6, 7, 2, 1],
      ],
      stem: 6,
      head: 33,
      size: 20,
      classes: 11,
    }),
  ]));

test.run();
