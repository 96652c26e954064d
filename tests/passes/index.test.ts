/** All passes, one by one and together, keep the meaning of whole models. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { mobilenetV2, resnet, vgg } from "../../src/models/index.js";
import { PASSES, simplify } from "../../src/passes/index.js";
import { everyLayer, tiny } from "../runtime/samples.js";
import { graph, opsOf, sameMeaning } from "./meaning.js";

const test = suite("passes/index");

const MODELS: Readonly<Record<string, () => Graph>> = {
  "every layer": everyLayer,
  tiny,
  resnet: () => resnet({ depth: 8, width: 4, size: 8 }),
  vgg: () => vgg({ layers: [4, 6, "pool", 6], size: 8, hidden: [8] }),
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
  "pad, conv, dropout, add, batch norm": () =>
    graph((b, x) => {
      const padded = b.node("p", "pad", { before: [0, 0, 1, 1], after: [0, 0, 1, 1], mode: "constant", value: 0 }, [x]);
      const c = b.node("i", "identity", {}, [b.conv("c", padded, 4, 3, { pad: 0 })]);
      const shifted = b.node("a", "add", {}, [c, b.weights("w", [4, 1, 1], 1)]);
      return [b.relu("r", b.batchNorm("n", shifted))];
    }),
};

for (const [title, model] of Object.entries(MODELS)) {
  for (const [name, pass] of Object.entries(PASSES)) {
    test(`${name} keeps what ${title} means`, () => sameMeaning(model(), pass(model())));
  }
  test(`all passes keep what ${title} means, and find nothing the second time`, () => {
    const simple = simplify(model());
    sameMeaning(model(), simple);
    assert.equal(opsOf(simplify(simple)), opsOf(simple));
  });
}

test("together they leave nothing that they could fold", () => {
  const left = (model: string) => new Set(opsOf(simplify(MODELS[model]!())));
  for (const model of ["resnet", "vgg", "mobilenet"]) assert.not(left(model).has("batch-norm"), model);
  assert.equal([...left("pad, conv, dropout, add, batch norm")], ["conv", "relu"]);
});

test.run();
