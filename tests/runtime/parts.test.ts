import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/index.js";
import type { Network } from "../../src/gen/network.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { convolution } from "../../src/runtime/layers/convolution.js";
import { ruleOf } from "../../src/runtime/layers/index.js";
import { sparseConvolution } from "../../src/runtime/layers/sparse-convolution.js";
import { loadParts } from "../../src/runtime/parts.js";
import { detector } from "./detectors.js";
import { everyLayer } from "./samples.js";

const test = suite("runtime/parts");

const partsOf = async (graph: Graph) => loadParts(await decodeFile(compile(graph)));

/** A convolution of which every so many-th weight is left. */
function thinned(step: number): Graph {
  const b = new GraphBuilder(1);
  const graph = b.build("thinned", [b.conv("conv", b.input("x", [1, 8, 6, 6]), 8, 3)]);
  const { data } = graph.constants.get("conv.weight")!;
  data.forEach((_, i) => (data[i] = i % step === 0 ? data[i]! : 0));
  return graph;
}

test("a network of all types of layer has the rule for each that the table has", async () => {
  const network: Network = await decodeFile(compile(everyLayer()));
  const parts = await loadParts(network);
  const types = new Set(network.layers.map(({ op }) => op.type));
  assert.ok(types.size > 15, `only ${types.size}`);
  for (const type of types) assert.is(parts.ruleOf(type), ruleOf(type), type);
});

test("convolutions have the rule that knows of zeros where a filter is stored without them, or pixels are left out", async () => {
  assert.is((await partsOf(thinned(1))).ruleOf("convolution"), convolution);
  assert.is((await partsOf(thinned(9))).ruleOf("convolution"), sparseConvolution);
  assert.is((await partsOf(everyLayer())).ruleOf("convolution"), sparseConvolution);
});

test("boxes are checked where there are some", async () => {
  assert.type((await partsOf(detector())).checkBoxes, "function");
  assert.is((await partsOf(thinned(1))).checkBoxes, undefined);
});

test.run();
