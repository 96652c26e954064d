import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  allNames,
  countReaders,
  dropUnused,
  freshName,
  producers,
  redirect,
  rewriteNodes,
} from "../../src/graph/edit.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { makeNode } from "../../src/ops/index.js";

const test = suite("graph/edit");

/** x -> a -> b, a + b -> c; outputs c and a. */
function diamond(): Graph {
  const b = new GraphBuilder(1);
  const a = b.relu("a", b.input("x", [2]));
  const scaled = b.node("b", "mul", {}, [a, b.weights("w", [2], 1)]);
  b.weights("spare", [3], 1);
  return b.build("diamond", [b.node("c", "add", {}, [a, scaled]), a]);
}

const names = (graph: Graph) => graph.nodes.map(({ name }) => name);

test("readers are nodes and outputs, once for each time they read", () => {
  const readers = countReaders(diamond());
  assert.equal([...readers].sort(), [
    ["a", 3],
    ["b", 1],
    ["c", 1],
    ["w", 1],
    ["x", 1],
  ]);
  const twice = { ...diamond(), nodes: [makeNode("add", {}, ["x", "x"], "y")], outputs: ["y", "y"] };
  assert.is(countReaders(twice).get("x"), 2);
  assert.is(countReaders(twice).get("y"), 2);
});

test("producers are found by value", () => {
  const made = producers(diamond());
  assert.is(made.get("b")!.op, "mul");
  assert.not(made.has("x"));
});

test("what no output needs is dropped: nodes, then constants", () => {
  const graph = diamond();
  assert.equal(names(dropUnused(graph)), ["a", "b", "c"]);
  assert.equal([...dropUnused(graph).constants.keys()], ["w"]);
  const cut = dropUnused({ ...graph, outputs: ["a"] });
  assert.equal(names(cut), ["a"]);
  assert.is(cut.constants.size, 0);
  assert.equal(cut.inputs, graph.inputs);
});

test("readers are redirected, through chains too; outputs are not", () => {
  const graph = diamond();
  const nodes = redirect(
    graph.nodes,
    new Map([
      ["b", "a"],
      ["a", "x"],
    ]),
  );
  assert.equal(
    nodes.map(({ inputs }) => inputs),
    [["x"], ["x", "w"], ["x", "x"]],
  );
  assert.is(redirect(graph.nodes, new Map())[0], graph.nodes[0]);
});

test("nodes are replaced by none, one or several, and nothing is changed in place", () => {
  const graph = diamond();
  const before = structuredClone(graph);
  const rewritten = rewriteNodes(
    graph,
    (node) => (node.name === "b" ? [makeNode("relu", {}, ["a"], "t"), makeNode("mul", {}, ["t", "v"], "b")] : [node]),
    new Map([["v", { shape: [2], data: Float32Array.of(1, 2) }]]),
  );
  assert.equal(names(rewritten), ["a", "t", "b", "c"]);
  assert.equal([...rewritten.constants.keys()], ["v"]);
  assert.equal(graph, before);
});

test("fresh names are not taken, and are from then on", () => {
  const taken = allNames(diamond());
  assert.equal([...taken].sort(), ["a", "b", "c", "spare", "w", "x"]);
  assert.is(freshName("n", taken), "n");
  assert.is(freshName("n", taken), "n_2");
  assert.is(freshName("n", taken), "n_3");
  assert.is(freshName("a", taken), "a_2");
});

test.run();
