/** Edits one by one: what they change, what they refuse. That results equal their masked meaning: sparse.test.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { packBits, unpackBits } from "../../src/prune/edits/bitmap.js";
import { applyEdits, checkEdits, checkForm, type Edit } from "../../src/prune/edits/index.js";
import { parsePlan } from "../../src/prune/plan.js";
import { applyPlan } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { classifier } from "./architectures.js";
import { fails } from "./expect-error.js";
import { difference, meaning, runner, running } from "./laws.js";

const test = suite("prune/edits");

/** A convolution of 4 channels behind one of 3. */
const graph: Graph = classifier((b, x) => b.conv("second", b.relu("relu", b.conv("first", x, 3, 3)), 4, 3));
const filterOf = (of: Graph, node: string) => of.constants.get(of.nodes.find(({ name }) => name === node)!.inputs[1]!)!;

const bits = (kept: readonly number[], count: number) =>
  packBits(Uint8Array.from({ length: count }, (_, i) => Number(kept.includes(i))));
const maskOf = (over: object = {}): Edit =>
  ({ kind: "mask", node: "second", shape: [4, 3, 3, 3], block: 4, kept: bits([0, 13], 27), ...over }) as Edit;

test("bits as base64", () => {
  const list = Uint8Array.from([1, 0, 0, 1, 1, 0, 1, 0, 0, 1]);
  assert.is(packBits(list), Buffer.from([0b01011001, 0b10]).toString("base64"));
  assert.equal(unpackBits(packBits(list), 10), list);
  for (const text of ["", "WQ==", "WQIA", "WQY=", "WQI", "W!I="]) assert.is(unpackBits(text, 10), undefined, text);
});

test("a mask keeps what its bits say, for all output channels of a block", () => {
  const before = filterOf(graph, "second").data;
  const after = filterOf(applyEdits([maskOf()], graph), "second").data;
  before.forEach((weight, i) => assert.is(after[i], i % 27 === 0 || i % 27 === 13 ? weight : 0));
  assert.equal(filterOf(applyEdits([maskOf()], graph), "first"), filterOf(graph, "first"));
});

test("a convolution that reads some channels, and one that computes some pixels", async () => {
  const edits: Edit[] = [
    { kind: "reads", node: "second", width: 3, channels: [0, 2] },
    { kind: "positions", node: "first", size: [8, 8], rows: [1, 4, 6], columns: [0, 5] },
    maskOf(),
  ];
  const plan = { espalierPlan: 1, method: "by hand", seed: 1, request: {}, cuts: [], edits } as const;
  const result = await applyPlan(findUnits(graph), plan, runner);
  assert.equal(filterOf(result.graph, "second").shape, [4, 2, 3, 3]);
  assert.ok(difference(meaning(result.graph), await running(result.graph)) <= 1e-4);
  assert.equal(
    result.layers.map(({ name, edits: kinds }) => [name, kinds]),
    [
      ["second", ["reads", "mask"]],
      ["first", ["positions"]],
    ],
  );
  assert.is(result.layers[1]!.macs.after, (result.layers[1]!.macs.before * 6) / 64);
  assert.equal(result.layers[0]!.weights, { before: 108, after: 4 });
});

test("edits, then cuts", async () => {
  const cuts = [{ unit: "second", width: 4, remove: [1] }];
  const plan = { espalierPlan: 1, method: "by hand", seed: 1, request: {}, cuts, edits: [maskOf()] } as const;
  const result = await applyPlan(findUnits(graph), plan, runner);
  assert.equal(filterOf(result.graph, "second").shape, [3, 3, 3, 3]);
  assert.is(filterOf(result.graph, "second").data.filter((weight: number) => weight !== 0).length, 6);
});

test("edits of another network, or of another kind of node", async () => {
  const refused = (message: RegExp, ...edits: readonly Edit[]) =>
    fails(() => checkEdits(edits, graph), RequestError, message);
  const reads = { kind: "reads", node: "second", width: 3, channels: [0] } as const;
  const positions = { kind: "positions", node: "second", size: [8, 8], pixels: [0, 63] } as const;
  checkEdits([maskOf(), reads, positions], graph);
  await refused(/^second: the plan has two edits of kind mask; join them$/, maskOf(), maskOf());
  await refused(/^third: the network has no node of this name/, maskOf({ node: "third" }));
  await refused(/^relu: is a relu; expected a conv or gemm$/, maskOf({ node: "relu" }));
  await refused(/^second: the filter is 4x3x3x3 here, 4x9x3x3 in the plan/, maskOf({ shape: [4, 9, 3, 3] }));
  await refused(/^second: block 5 of 4 output channels$/, maskOf({ block: 5 }));
  await refused(/^second: expected 54 bits as base64 in kept$/, maskOf({ block: 2 }));
  await refused(/^second: the mask keeps no weight$/, maskOf({ kept: bits([], 27) }));
  await refused(/^second: reads 3 channels here, 4 in the plan/, { ...reads, width: 4 });
  await refused(/^second: the plan leaves no channel to read$/, { ...reads, channels: [] });
  await refused(/^second: channel 3 of 3$/, { ...reads, channels: [0, 3] });
  await refused(/^logits: expected a convolution in one group/, { ...reads, node: "logits" });
  await refused(/^relu: is a relu; expected a conv$/, { ...positions, node: "relu" });
  await refused(/^second: the output is 8x8 here, 4x16 in the plan/, { ...positions, size: [4, 16] });
  await refused(/^second: pixels must be strictly increasing from 0 to 63/, { ...positions, pixels: [0, 64] });
});

test("what is no edit", async () => {
  for (const wrong of [null, 1, {}, { kind: "toString", node: "a" }, { kind: "magic", node: "a" }]) {
    assert.throws(() => checkForm(wrong), /expected \{kind, node, \.\.\}, kind one of mask, /);
  }
  const forms: readonly object[] = [
    { kind: "mask", node: 1, shape: [1], block: 1, kept: "" },
    { kind: "mask", node: "a", shape: [0], block: 1, kept: "" },
    { kind: "mask", node: "a", shape: [1], block: 0, kept: "" },
    { kind: "mask", node: "a", shape: [1], block: 1 },
    { kind: "reads", node: "a", width: 3, channels: [1, 1] },
    { kind: "reads", node: "a", channels: [1] },
    { kind: "positions", node: "a", size: [2, 2], rows: [0] },
    { kind: "positions", node: "a", size: [2], pixels: [0] },
    { kind: "positions", node: "a", size: [2, 2], pixels: [0], rows: [0], columns: [0] },
  ];
  for (const wrong of forms) assert.throws(() => checkForm(wrong), /^(mask|reads|positions): expected \{node, /);
  const text = (edits: unknown) => JSON.stringify({ espalierPlan: 1, cuts: [], edits });
  await fails(() => parsePlan(text({}), "p.json"), RequestError, /^p\.json: expected a list of edits$/);
  await fails(() => parsePlan(text([maskOf(), {}]), "p.json"), RequestError, /^p\.json: edit 1: expected \{kind/);
});

test.run();
