/** Which sums are residual blocks, what goes with one, and which unit ends with it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import type { GraphBuilder } from "../../src/models/index.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { type Block, findBlocks, findEndings } from "../../src/prune/blocks.js";
import { applyEdits, checkEdits, checkForm, type Edit, maskedByEdits } from "../../src/prune/edits/index.js";
import { formatPlan, parsePlan, type PrunePlan } from "../../src/prune/plan.js";
import { applyPlan } from "../../src/prune/prune.js";
import { findUnits, selectUnits } from "../../src/prune/units.js";
import { ARCHITECTURES, classifier } from "./architectures.js";
import { fails } from "./expect-error.js";
import { difference, meaning, runner, running } from "./laws.js";
import { RESIDUAL } from "./residual.js";

const test = suite("prune/residual-blocks");

const editOf = ({ name, branch, layers }: Block): Edit => ({ kind: "bypass", node: name, branch, layers });

function endings(graph: Graph, only?: string): string[] {
  const map = findUnits(graph);
  const found = findEndings(map, findBlocks(graph), selectUnits(map.units, only));
  return found.map(({ block, unit, inside }) => `${block.name}: ${unit.name} of ${inside.length}`);
}

const FOUND: Readonly<Record<string, readonly [layers: readonly string[], endings: readonly string[]]>> = {
  bottlenecks: [
    ["first.1 first.2 first.3", "second.1 second.2 second.3"],
    ["first.sum: first.2 of 2", "second.sum: second.2 of 2"],
  ],
  "inverted residuals": [
    [
      // Its depthwise layer runs on the trunk's own channels, so no unit is inside.
      "block0.0.depthwise.conv block0.0.project",
      "block1.1.expand.conv block1.1.depthwise.conv block1.1.project",
      "block1.2.expand.conv block1.2.depthwise.conv block1.2.project",
    ],
    ["block1.1.add: block1.1.expand.conv of 1", "block1.2.add: block1.2.expand.conv of 1"],
  ],
  "activation in front": [
    ["first.conv1 first.conv2", "second.conv1 second.conv2"],
    ["first.sum: first.conv1 of 1", "second.sum: second.conv1 of 1"],
  ],
  "squeeze and excite": [["first second squeeze excite"], ["sum: first of 2"]],
  nested: [
    [
      "inner1.conv1 inner1.conv2",
      "inner2.conv1 inner2.conv2",
      "begin inner1.conv1 inner1.conv2 inner2.conv1 inner2.conv2 end",
    ],
    ["inner1.sum: inner1.conv1 of 1", "inner2.sum: inner2.conv1 of 1", "outer.sum: begin of 3"],
  ],
};

for (const [name, [layers, ends]] of Object.entries(FOUND)) {
  test(`${name}: blocks, and the units that end with them`, () => {
    const graph = RESIDUAL[name]!();
    assert.equal(
      findBlocks(graph).map((block) => block.layers.join(" ")),
      layers,
    );
    assert.equal(endings(graph), ends);
  });
}

test("a shortcut without filters that pads and thins is a shortcut", () => {
  const blocks = findBlocks(RESIDUAL["basic blocks"]!());
  assert.is(blocks.length, 3);
  assert.ok(blocks.some(({ name, nodes }) => name === "layer2.0.add" && !nodes.includes("layer2.0.pad")));
});

test("a block goes only where all of its units may be cut", () => {
  assert.equal(endings(RESIDUAL["bottlenecks"]!(), "second.2"), []);
  assert.equal(endings(RESIDUAL["bottlenecks"]!(), "second.?"), ["second.sum: second.2 of 2"]);
  assert.equal(endings(RESIDUAL["nested"]!(), "inner1.conv1"), ["inner1.sum: inner1.conv1 of 1"]);
});

const conv = (b: GraphBuilder, name: string, x: string, oc = 6) => b.relu(`${name}.relu`, b.conv(name, x, oc, 3));
const NONE: Readonly<Record<string, (b: GraphBuilder, x: string) => string>> = {
  "two branches of one depth": (b, x) => b.node("sum", "add", {}, [conv(b, "left", x), conv(b, "right", x)]),
  "no common source": (b, x) => {
    const [left, right] = [conv(b, "left", x), b.node("negative", "neg", {}, [x])];
    const apart = conv(b, "d", conv(b, "c", b.node("both", "concat", { axis: 1 }, [left, right])));
    return b.node("sum", "add", {}, [apart, conv(b, "other", left)]);
  },
  "a constant": (b, x) => b.node("sum", "add", {}, [conv(b, "a", x), b.weights("offset", [6, 1, 1], 1)]),
  "a value for each channel": (b, x) => {
    const trunk = conv(b, "a", x);
    const mean = b.node("mean", "global-average-pool", {}, [conv(b, "b", trunk)]);
    return b.node("sum", "add", {}, [trunk, mean]);
  },
  itself: (b, x) => {
    const trunk = conv(b, "a", x);
    return b.node("sum", "add", {}, [trunk, trunk]);
  },
};

for (const [what, body] of Object.entries(NONE)) {
  test(`no block: ${what}`, () => assert.equal(findBlocks(classifier(body)), []));
}

for (const [name, make] of Object.entries(RESIDUAL)) {
  test(`${name}: blocks go by hand, alone and all, as if their branches were zero`, async () => {
    const graph = make();
    const map = findUnits(graph);
    const blocks = findBlocks(graph);
    for (const gone of [[blocks[0]!], blocks]) {
      const edits = gone.map(editOf);
      const [unit] = map.units.filter(({ frozen, residual }) => frozen === undefined && residual);
      const cuts = unit ? [{ unit: unit.name, width: unit.width, remove: [0] }] : [];
      const plan: PrunePlan = { espalierPlan: 1, method: "by hand", seed: 1, request: {}, cuts, edits };
      const result = await applyPlan(map, parsePlan(formatPlan(plan), "plan.json"), runner);
      verifyGraph(result.graph);
      const left = new Set(result.graph.nodes.map((node) => node.name));
      for (const { name: sum, nodes } of gone) for (const node of [sum, ...nodes]) assert.not(left.has(node), node);
      assert.equal(
        result.blocks.map((block) => [block.name, block.layers]),
        gone.map((block) => [block.name, block.layers]),
      );
      assert.equal(result.layers, []);
      if (cuts.length > 0) continue;
      assert.ok(difference(meaning(maskedByEdits(edits, graph)), meaning(result.graph)) <= 1e-9);
    }
    const dropped = applyEdits(blocks.map(editOf), graph);
    const masked = maskedByEdits(blocks.map(editOf), graph);
    assert.ok(difference(meaning(masked), meaning(dropped)) <= 1e-9, "equal to masked");
    assert.ok(difference(await running(masked), await running(dropped)) <= 1e-4, "on the runtime, too");
    const again = importOnnx(exportOnnx(dropped)).graph;
    assert.ok(again.nodes.length <= dropped.nodes.length);
    assert.ok(difference(meaning(dropped), meaning(again)) <= 1e-6, "by way of ONNX");
  });
}

test("what a block saves is what its nodes cost, and its units are at nothing", async () => {
  const graph = RESIDUAL["bottlenecks"]!();
  const map = findUnits(graph);
  const [, second] = findBlocks(graph);
  const plan: PrunePlan = {
    espalierPlan: 1,
    method: "by hand",
    seed: 1,
    request: {},
    cuts: [],
    edits: [editOf(second!)],
  };
  const { macs, blocks, units } = await applyPlan(map, plan, runner);
  assert.is(macs.before - macs.after, blocks[0]!.macs);
  assert.equal(
    units.filter(({ after }) => after === 0).map(({ name }) => name),
    ["second.1", "second.2"],
  );
});

test("edits that are none of this network", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const [block] = findBlocks(graph);
  const edit = editOf(block!);
  const refused = (message: RegExp, ...edits: readonly Edit[]) =>
    fails(() => checkEdits(edits, graph), RequestError, message);
  checkEdits([edit], graph);
  const other = { ...edit, layers: ["a"] } as Edit;
  await refused(
    /^layer1\.0\.add: the layers layer1\.0\.conv1, layer1\.0\.conv2 go with this branch here, a in the plan/,
    other,
  );
  await refused(/go with this branch here/, { ...edit, branch: 1 } as Edit);
  await refused(/^relu: is a relu; expected an add$/, { ...edit, node: "relu" });
  await refused(/^nowhere: the network has no node of this name/, { ...edit, node: "nowhere" });
  await refused(/two edits of kind bypass/, edit, edit);
  const open = { ...graph, outputs: [...graph.outputs, block!.name] };
  await fails(() => checkEdits([edit], open), RequestError, /is an output of the network/);
  for (const wrong of [{ branch: 2 }, { branch: "0" }, { layers: "conv" }, { layers: [1] }]) {
    assert.throws(() => checkForm({ ...edit, ...wrong }), /^bypass: expected \{node: a sum, branch/);
  }
});

test.run();
