import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { makeNode } from "../../src/ops/index.js";
import {
  countMacs,
  countParameters,
  filterNumbers,
  evaluateGraph,
  inferNode,
  inferShapes,
  nodeMacs,
} from "../../src/ops/walk.js";
import { everyLayer } from "../runtime/samples.js";
import { drawInputs, tensor } from "./oracle.js";

const test = suite("ops/walk");

function small() {
  const b = new GraphBuilder(1);
  const c = b.conv("c", b.input("x", [1, 3, 4, 4]), 5, 3, { bias: true });
  const flat = b.node("f", "flatten", { axis: 1 }, [b.relu("r", c)]);
  return b.build("small", [b.gemm("g", flat, 7)]);
}

test("the shape of every value, constants included", () => {
  const shapes = Object.fromEntries(inferShapes(small()));
  assert.equal(shapes, {
    x: [1, 3, 4, 4],
    "c.weight": [5, 3, 3, 3],
    "c.bias": [5],
    "g.weight": [7, 80],
    "g.bias": [7],
    c: [1, 5, 4, 4],
    r: [1, 5, 4, 4],
    f: [1, 80],
    g: [1, 7],
  });
});

test("multiply-adds and parameters", () => {
  const graph = small();
  const conv = 5 * 16 * 27;
  assert.is(nodeMacs(graph.nodes[0]!, inferShapes(graph), filterNumbers(graph)), conv);
  assert.is(countMacs(graph), conv + 80 * 7);
  assert.is(countParameters(graph), 5 * 27 + 5 + 80 * 7 + 7);
});

test("zeros of filters cost nothing, those of a bias count", () => {
  const graph = small();
  const zeroed = (name: string, count: number) => {
    const { shape, data } = graph.constants.get(name)!;
    return [name, { shape, data: Float32Array.from(data, (value, i) => (i < count ? 0 : value)) }] as const;
  };
  const names = { conv: graph.nodes[0]!.inputs[1]!, gemm: "g.weight", bias: "g.bias" };
  const constants = new Map([
    ...graph.constants,
    zeroed(names.conv, 35),
    zeroed(names.gemm, 60),
    zeroed(names.bias, 7),
  ]);
  const sparse = { ...graph, constants };
  assert.is(countMacs(sparse), 16 * 100 + 500);
  assert.is(countParameters(sparse), 100 + 5 + 500 + 7);
});

test("every value that evaluation makes has the shape that was inferred", () => {
  const graph = everyLayer();
  const shapes = inferShapes(graph);
  for (const [name, { shape, data }] of evaluateGraph(graph, drawInputs(graph))) {
    assert.equal(shape, shapes.get(name), name);
    assert.is(
      data.length,
      shape.reduce((p, s) => p * s, 1),
      name,
    );
  }
});

test("a value by hand", () => {
  const b = new GraphBuilder(1);
  const x = b.input("x", [2]);
  const graph = b.build("g", [b.node("s", "add", {}, [b.relu("r", x), x])]);
  const values = evaluateGraph(graph, new Map([["x", tensor([2], -3, 4)]]));
  assert.equal([...values.get("s")!.data], [-3, 8]);
});

const names = (pattern: RegExp) => (error: unknown) => error instanceof ModelError && pattern.test(error.message);

test("errors name the node, or the input", () => {
  const node = makeNode("concat", { axis: 0 }, ["a", "b"], "y", "join");
  assert.throws(
    () =>
      inferNode(node, [
        [1, 2],
        [1, 3],
      ]),
    names(/^join: 1x3 cannot follow 1x2/),
  );
  assert.throws(() => evaluateGraph(small(), new Map()), names(/^x: no value was given/));
});

test.run();
