import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { cancelTransposes } from "../../src/passes/cancel-transposes.js";
import { simplify } from "../../src/passes/index.js";
import { inferShapes, evaluateGraph } from "../../src/ops/walk.js";
import { complaint, difference, drawInputs } from "../ops/oracle.js";

const test = suite("passes/cancel-transposes");

const LAST = [0, 2, 3, 1];
const FIRST = [0, 3, 1, 2];

/** A builder whose nodes are written as one call each. */
function network(write: (b: GraphBuilder, move: typeof mover) => readonly string[]): Graph {
  const b = new GraphBuilder(3);
  return b.build("test", write(b, mover));
}

const mover = (b: GraphBuilder, name: string, x: string, permutation: readonly number[]) =>
  b.node(name, "transpose", { permutation }, [x]);

const transposes = (graph: Graph) => graph.nodes.filter(({ op }) => op === "transpose").length;

function sameMeaning(before: Graph, after: Graph): void {
  const inputs = drawInputs(before);
  const [want, got] = [evaluateGraph(before, inputs), evaluateGraph(after, inputs)];
  assert.equal(after.outputs, before.outputs);
  for (const name of before.outputs) {
    assert.equal(got.get(name)!.shape, want.get(name)!.shape);
    assert.is(difference(want.get(name)!.data, got.get(name)!.data, 1e-12), undefined);
  }
}

/** As exporters leave a channel-last network: every convolution between two transposes. */
const channelLast = network((b, move) => {
  const conv = (name: string, x: string, oc: number) =>
    move(b, `${name} last`, b.conv(name, move(b, `${name} first`, x, FIRST), oc, 3), LAST);
  const x = b.input("x", [1, 6, 5, 3]);
  const c = b.relu("r", b.node("bias", "add", {}, [conv("c1", x, 4), b.weights("bias c1", [4], 1)]));
  const padded = b.node("pad", "pad", { before: [0, 1, 0, 0], after: [0, 0, 2, 0], mode: "constant", value: 0.5 }, [c]);
  const cut = b.node("cut", "slice", { axes: [1, 2], starts: [0, 1], ends: [6, 6], steps: [1, 1] }, [padded]);
  const joined = b.node("join", "concat", { axis: 3 }, [cut, conv("c2", cut, 2)]);
  const clipped = b.node("clip", "clip", { min: -1, max: 1 }, [conv("c3", joined, 4)]);
  const gate = b.node("gate", "reduce-mean", { axes: [1, 2], keepDims: true }, [clipped]);
  const gated = b.node("gated", "mul", {}, [clipped, gate]);
  return [b.node("mean", "reduce-mean", { axes: [1, 2], keepDims: false }, [gated])];
});

test("a channel-last network keeps the transpose at its input only", async () => {
  const after = cancelTransposes(channelLast);
  assert.is(transposes(channelLast), 6);
  assert.is(transposes(after), 1);
  sameMeaning(channelLast, after);
  assert.is(await complaint(channelLast), undefined);
});

test("a bias behind the transpose folds into the convolution", () => {
  assert.not(simplify(channelLast).nodes.some(({ op }) => op === "add"));
});

test("two that cancel leave nothing, two that do not become one", () => {
  const there = network((b, move) => [
    b.relu("y", move(b, "u", move(b, "t", b.input("x", [2, 3, 4, 5]), LAST), FIRST)),
  ]);
  assert.equal(
    cancelTransposes(there).nodes.map(({ op }) => op),
    ["relu"],
  );
  sameMeaning(there, cancelTransposes(there));
  const on = network((b, move) => [move(b, "y", b.relu("r", move(b, "t", b.input("x", [2, 3, 4, 5]), LAST)), LAST)]);
  assert.is(transposes(cancelTransposes(on)), 1);
  sameMeaning(on, cancelTransposes(on));
});

test("an output that is its input again keeps its name", () => {
  const graph = network((b, move) => [move(b, "y", move(b, "t", b.input("x", [2, 3, 4]), [2, 0, 1]), [1, 2, 0])]);
  const after = cancelTransposes(graph);
  assert.is(transposes(after), 0);
  sameMeaning(graph, after);
});

test("a transpose that only moves axes of size 1 becomes a reshape", () => {
  const graph = network((b, move) => [b.relu("y", move(b, "t", b.input("x", [1, 7, 1, 1]), LAST))]);
  const after = cancelTransposes(graph);
  assert.equal(
    after.nodes.map(({ op }) => op),
    ["relu", "reshape"],
  );
  sameMeaning(graph, after);
});

test("a value that is read in both orders is left alone", () => {
  const graph = network((b, move) => {
    const t = move(b, "t", b.input("x", [1, 2, 3, 4]), LAST);
    return [b.node("s", "softmax", { axis: 3 }, [t]), b.gemm("g", t, 3)];
  });
  assert.is(cancelTransposes(graph), graph);
});

test("every operator that says how it is reordered means the same there", async () => {
  const shape = [2, 3, 4, 5];
  const resampled = {
    mode: "linear",
    coordinates: "half_pixel",
    nearest: "floor",
    cubic: -0.75,
    excludeOutside: false,
    antialias: false,
    outside: 0,
    axes: [1, 3],
    sizes: [5, 7],
    scales: [5 / 4, 7 / 3],
    starts: [],
    ends: [],
  } as const;
  const cases: readonly ((b: GraphBuilder, t: string, u: string) => string)[] = [
    (b, t) => b.node("y", "gather", { axis: 1, indices: [3, 0, 0] }, [t]),
    (b, t) => b.node("y", "resample", resampled, [t]),
    (b, t) => b.node("y", "softmax", { axis: 3 }, [t]),
    (b, t) => b.node("y", "reduce-mean", { axes: [0, 3], keepDims: false }, [t]),
    (b, t) => b.node("y", "slice", { axes: [1, 3], starts: [3, 0], ends: [-1, 2], steps: [-2, 1] }, [t]),
    (b, t) => b.node("y", "add", {}, [t, b.weights("w", [5, 1], 1)]),
    (b, t) => b.node("y", "mul", {}, [b.weights("w", [3], 1), t]),
    (b, t, u) => b.node("y", "mul", {}, [t, u]),
    (b, t, u) => b.node("y", "concat", { axis: 2 }, [t, u, t, b.weights("w", [2, 4, 1, 3], 1)]),
  ];
  for (const write of cases) {
    const graph = network((b, move) => {
      const [x, z] = [b.input("x", shape), b.input("z", shape)];
      const y = write(b, move(b, "t", x, LAST), move(b, "u", z, LAST));
      const back = b.shapeOf(y).length === 4 ? FIRST : [1, 0];
      return [b.relu("out", move(b, "back", y, back))];
    });
    const after = cancelTransposes(graph);
    assert.ok(transposes(after) <= 1, JSON.stringify(graph.nodes[2]));
    sameMeaning(graph, after);
    inferShapes(after);
  }
});

test.run();
