import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyGraph } from "../../src/graph/verify.js";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { mobilenetV2, MODELS, resnet, resnet224, squeezeNet, vgg } from "../../src/models/index.js";
import { countMacs, countParameters, inferShapes } from "../../src/ops/walk.js";
import { checkAll } from "../ops/oracle.js";

const test = suite("models/index");

/**
 * Trainable parameters (batch norm's two statistics a channel do not count) and multiply-adds, added up by hand. They agree
 * with the papers where those say: He et al. 2016, table 6 (0.27M and 0.85M) and table 1 (1.8G and 4.1G, where the stride in the
 * 3x3 adds); Sandler et al. 2018, table 4 (3.4M, 300M); Simonyan and Zisserman 2015, table 2 (138M); Iandola et al. 2016, table 1.
 */
const KNOWN: Readonly<Record<string, readonly [parameters: number, macs: number]>> = {
  resnet18: [11_689_512, 1_814_073_344],
  resnet50: [25_557_032, 4_089_184_256],
  vgg16: [138_357_544, 15_470_264_320],
  mobilenet_v2: [3_504_872, 300_774_272],
  squeezenet1_1: [1_235_496, 349_151_936],
  resnet20_32: [269_722, 40_551_040],
  resnet56_32: [853_018, 125_485_696],
  vgg16_32: [14_990_922, 313_463_808],
  lenet5: [61_706, 416_520],
  resnet8_32: [19_218, 3_170_624],
  resnet32_32: [464_154, 68_862_592],
  mobilenet_v2_32: [587_178, 23_688_448],
};
/** A quarter of a minute of random numbers. */
const SLOW = new Set(process.env["ESPALIER_SLOW"] ? [] : ["vgg16", "resnet50"]);

function statistics(graph: Graph): number {
  const norms = graph.nodes.filter(({ op }) => op === "batch-norm");
  return norms.reduce((sum, { inputs }) => sum + 2 * sizeOf(graph.constants.get(inputs[1]!)!.shape), 0);
}

for (const [name, model] of Object.entries(MODELS).filter(([name]) => !SLOW.has(name))) {
  test(`${name} is sound, with the parameters and multiply-adds that were added up by hand`, () => {
    const graph = model();
    verifyGraph(graph);
    assert.ok(inferShapes(graph).has(graph.outputs[0]!));
    assert.equal([countParameters(graph) - statistics(graph), countMacs(graph)], KNOWN[name]);
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
    vgg({ layers: [7, "pool", 9, 10, "pool"], size: 12, hidden: [17] }),
    vgg({ layers: [5, "pool", 6], size: 9, hidden: [7, 6], norm: false }),
    resnet224("basic", { blocks: [1, 2], width: 5, size: 33, classes: 7 }),
    resnet224("bottleneck", { blocks: [1, 1], bottleneck: true, width: 3, size: 35, classes: 6 }),
    squeezeNet({ layers: ["pool", [3, 5], [4, 6]], stem: 7, size: 31, classes: 9 }),
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
