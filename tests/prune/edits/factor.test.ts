/** Chains of factors, against the composed filter. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import type { Graph } from "../../../src/graph/graph.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { GraphBuilder } from "../../../src/models/builder.js";
import { factor, type FactorEdit, factorEdit } from "../../../src/prune/edits/factor.js";
import { applyEdits, checkEdits, maskedByEdits } from "../../../src/prune/edits/index.js";
import { packNumbers, unpackNumbers } from "../../../src/prune/edits/numbers.js";
import { FORMS } from "../../../src/prune/low-rank/forms.js";
import { findLayers } from "../../../src/prune/layers.js";
import { findUnits } from "../../../src/prune/units.js";
import { inferShapes } from "../../../src/ops/walk.js";
import { difference, meaning } from "../laws.js";

const test = suite("prune/edits/factor");

const WINDOWS = [
  {},
  { stride: 2 },
  { stride: 2, pad: 0 },
  { pad: 2, bias: true },
  { dilation: 2 },
  { stride: 3, pad: 1, bias: true },
] as const;

function one(kernel: number, options: (typeof WINDOWS)[number]): Graph {
  const b = new GraphBuilder(3);
  const y = b.conv("conv", b.input("x", [1, 3, 11, 9]), 5, kernel, options);
  return b.build("one", [b.relu("y", y)]);
}

function dense(): Graph {
  const b = new GraphBuilder(3);
  return b.build("dense", [b.gemm("fc", b.input("x", [2, 7]), 6)]);
}

const layerOf = (graph: Graph) => findLayers(findUnits(graph), inferShapes(graph))[0]!;

/** Every form's edit of a layer at about half its ranks. */
function editsOf(graph: Graph): FactorEdit[] {
  const layer = layerOf(graph);
  const [oc, ic, kh = 1, kw = 1] = layer.filter.shape as number[];
  return FORMS.flatMap((form) => {
    const full = form.fullRanks([oc!, ic!, kh, kw]);
    return full
      ? [
          factorEdit(
            layer,
            form.name,
            full.map((rank) => Math.ceil(rank / 2)),
          ),
        ]
      : [];
  });
}

test("a chain gives what its composed filter gives, at edges, strides and dilations, too", () => {
  const graphs = [...WINDOWS.flatMap((options) => [one(3, options), one(5, options)]), one(1, { stride: 2 }), dense()];
  for (const graph of graphs) {
    for (const edit of editsOf(graph)) {
      checkEdits([edit], graph);
      const edited = applyEdits([edit], graph);
      verifyGraph(edited);
      assert.is(
        edited.nodes.filter(({ op }) => op === layerOf(graph).node.op).length,
        edited.nodes.length - (graph.nodes.length - 1),
      );
      assert.ok(edited.nodes.length > graph.nodes.length);
      const masked = maskedByEdits([edit], graph);
      assert.is(masked.nodes.length, graph.nodes.length);
      assert.ok(difference(meaning(masked), meaning(edited)) < 1e-9, `${edit.form} ${edit.ranks}`);
      assert.ok(difference(meaning(graph), meaning(edited)) > 1e-3, "something is lost");
    }
  }
});

test("filters and bias that the plan holds are used as they are", () => {
  const graph = one(3, {});
  const layer = layerOf(graph);
  const stages = FORMS.find(({ name }) => name === "spatial")!.stages([5, 3, 3, 3], [2]);
  const filled = stages.map((stage, s) => ({
    ...stage,
    filter: Float64Array.from({ length: stage.shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i + s)),
  }));
  const edit = factorEdit(layer, "spatial", [2], { stages: filled, bias: [1, 2, 3, 4, 5] });
  const { nodes, constants } = applyEdits([edit], graph);
  const chain = nodes.filter(({ op }) => op === "conv");
  chain.forEach((node, s) => assert.equal(constants.get(node.inputs[1]!)!.data, Float32Array.from(filled[s]!.filter)));
  assert.equal([...constants.get(chain[1]!.inputs[2]!)!.data], [1, 2, 3, 4, 5]);
  assert.is(chain[0]!.inputs.length, 2);
});

test("a filter that others read, too, stays theirs", () => {
  const b = new GraphBuilder(3);
  const x = b.input("x", [1, 4, 6, 6]);
  const filter = b.weights("shared", [4, 4, 3, 3], 1);
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 } as const;
  const first = b.node("first", "conv", attrs, [x, filter]);
  const graph = b.build("shared", [b.node("second", "conv", attrs, [first, filter])]);
  const edited = applyEdits([{ ...factorEdit(layerOf(graph), "channel", [2]), node: "second" }], graph);
  assert.equal(
    edited.nodes.map(({ name }) => name),
    ["first", "second.1", "second"],
  );
  assert.is(edited.constants.get("shared"), graph.constants.get("shared"));
});

test("what does not fit is refused", () => {
  const graph = one(3, {});
  const edit = factorEdit(layerOf(graph), "channel", [2]);
  const refused = (change: Partial<FactorEdit>, message: RegExp, of = graph) =>
    assert.throws(
      () => factor.check({ ...edit, ...change }, of),
      (error: Error) => error instanceof RequestError && message.test(error.message),
    );
  refused({ node: "y" }, /^y: is a relu/);
  refused({ shape: [5, 3, 3, 2] }, /5x3x3x3 here, 5x3x3x2 in the plan/);
  refused({ form: "magic" }, /no form "magic"; there is channel, spatial, tucker, cp/);
  refused({ ranks: [6] }, /ranks 6: expected up to 5/);
  refused({ ranks: [1, 1] }, /ranks 1, 1: expected up to 5/);
  refused({ filters: packNumbers([1, 2]) }, /expected 64 finite float32/);
  refused({ bias: packNumbers([1, 2]) }, /expected 5 finite float32/);
  refused({ bias: packNumbers([1, 2, 3, 4, NaN]) }, /expected 5 finite float32/);
  refused({ node: "fc", shape: [6, 7], form: "spatial" }, /a 6x7 filter has no form spatial/, dense());
  const b = new GraphBuilder(3);
  const grouped = b.build("grouped", [b.conv("conv", b.input("x", [1, 4, 6, 6]), 4, 3, { groups: 2 })]);
  refused({ shape: [4, 2, 3, 3] }, /has 2 groups/, grouped);
  for (const fields of [{ ranks: [0] }, { ranks: "2" }, { form: 1 }, { filters: 3 }, { shape: [1.5] }]) {
    assert.not(factor.fits({ ...edit, ...fields } as never), JSON.stringify(fields));
  }
});

test("numbers survive as text, and damaged texts are refused", () => {
  const numbers = Float32Array.of(0, -0, 1e-40, 3.4e38, -1.5);
  const text = packNumbers(numbers);
  assert.equal(unpackNumbers(text, 5), numbers);
  for (const wrong of [text.slice(1), `${text} `, "", packNumbers([Infinity, 1, 2, 3, 4])]) {
    assert.is(unpackNumbers(wrong, 5), undefined);
  }
});

test.run();
