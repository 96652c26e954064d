import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNetwork } from "../../src/compile/raise.js";
import type { Graph } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { mobilenetV2, resnet, vgg } from "../../src/models/index.js";
import { ABOUT, everyLayer, tiny } from "../runtime/samples.js";
import { refuses } from "../runtime/wire.js";

const test = suite("compile/raise");

const MODELS: Readonly<Record<string, () => Graph>> = {
  tiny,
  "every layer": everyLayer,
  "every layer, with all that is known about it": () => ({ ...everyLayer(), about: ABOUT }),
  resnet: () => resnet({ depth: 20 }),
  vgg: () => vgg({ layers: [4, "pool", 6], size: 8, hidden: [8] }),
  mobilenet: () =>
    mobilenetV2({
      stages: [
        [1, 4, 1, 1],
        [6, 8, 2, 2],
      ],
      stem: 4,
      head: 16,
      size: 16,
      classes: 5,
    }),
};

for (const [title, model] of Object.entries(MODELS)) {
  test(`${title}: raised and compiled again, the file is the same`, async () => {
    const file = compile(model());
    const raised = await readNetwork(file);
    verifyGraph(raised);
    assert.ok(Buffer.from(compile(raised)).equals(Buffer.from(file)));
  });
}

test("names of inputs, outputs and nodes, and what is known, come back", async () => {
  const graph = { ...everyLayer(), about: ABOUT };
  const raised = await readNetwork(compile(graph));
  assert.equal(raised.name, graph.name);
  assert.equal(raised.inputs, graph.inputs);
  assert.equal(raised.outputs, graph.outputs);
  assert.equal(
    raised.nodes.map(({ name }) => name),
    graph.nodes.map(({ name }) => name),
  );
  assert.equal(raised.about, graph.about);
});

test("float16 weights come back as the numbers that they stand for", async () => {
  const raised = await readNetwork(compile(tiny(), { weights: "f16" }));
  const again = await readNetwork(compile(raised));
  assert.equal([...raised.constants], [...again.constants]);
});

test("a damaged file is refused", () => refuses(() => readNetwork(compile(tiny()).slice(0, -1))));

test.run();
