/** Gates: a network with squeeze-and-excitation prunes like any other, and x * sigmoid(x) runs as one layer. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { simplify } from "../../src/passes/index.js";
import { applyCuts, maskGraph } from "../../src/prune/apply.js";
import { mapChannels } from "../../src/prune/atoms.js";
import { findUnits } from "../../src/prune/units.js";
import { evaluateGraph } from "../../src/ops/walk.js";
import { complaint, difference, drawInputs, none } from "./oracle.js";

const test = suite("ops/self-gate");

/** conv -> silu -> gate of (mean -> conv -> relu -> conv -> sigmoid) -> conv -> mean -> dense. */
function excited(gate: "sigmoid" | "hard-sigmoid"): Graph {
  const b = new GraphBuilder(3);
  const stem = b.batchNorm("norm", b.conv("stem", b.input("x", [1, 3, 8, 8]), 12, 3));
  const x = b.node("silu", "mul", {}, [stem, b.node("own", "sigmoid", {}, [stem])]);
  const squeezed = b.relu(
    "relu",
    b.conv("squeeze", b.node("mean", "global-average-pool", {}, [x]), 4, 1, { bias: true }),
  );
  const logits = b.conv("excite", squeezed, 12, 1, { bias: true });
  const share =
    gate === "sigmoid"
      ? b.node("gate", "sigmoid", {}, [logits])
      : b.node("gate", "hard-sigmoid", { alpha: 0.2, beta: 0.5 }, [logits]);
  const y = b.conv("head", b.node("scaled", "mul", {}, [x, share]), 6, 1);
  const flat = b.node("flat", "flatten", { axis: 1 }, [b.node("pool", "global-average-pool", {}, [y])]);
  return b.build(`excited by ${gate}`, [b.gemm("dense", flat, 5)]);
}

for (const gate of ["sigmoid", "hard-sigmoid"] as const) {
  test(`a network excited by ${gate} means what it means`, async () => {
    none([await complaint(excited(gate))].filter((found) => found !== undefined));
  });

  test(`a network excited by ${gate} is cut in all its convolutions, and equals the masked one`, () => {
    const graph = excited(gate);
    const units = findUnits(graph).units.filter((unit) => unit.frozen === undefined);
    assert.equal(
      units.map(({ producers, width }) => `${producers.join(" ")}: ${width}`),
      ["stem excite: 12", "squeeze: 4", "head: 6"],
    );
    const channels = mapChannels(graph);
    const removed = new Set(units.flatMap(({ roots }) => roots.filter((_, i) => i % 3 === 1)));
    const cut = applyCuts(graph, channels, removed).graph;
    const inputs = drawInputs(graph);
    const [expected, actual] = [maskGraph(graph, channels, removed), cut].map(
      (each) => evaluateGraph(each, inputs).get("dense")!.data,
    );
    assert.is(difference(expected!, actual!, 1e-6), undefined);
  });
}

test("x * sigmoid(x) becomes silu where nobody else reads the gate, and x * hard-sigmoid(x) hard-swish", () => {
  const opsOf = (graph: Graph) => simplify(graph).nodes.map(({ op }) => op);
  assert.ok(opsOf(excited("sigmoid")).includes("silu"));
  const b = new GraphBuilder(3);
  const x = b.input("x", [1, 4]);
  const gate = b.node("gate", "hard-sigmoid", { alpha: Math.fround(1 / 6), beta: 0.5 }, [x]);
  const y = b.node("y", "mul", {}, [gate, x]);
  assert.equal(opsOf(b.build("hard", [y])), ["hard-swish"]);
  assert.equal(opsOf(b.build("read twice", [y, gate])), ["hard-sigmoid", "mul"]);
});

test("what has no finite value for a channel without numbers keeps it", () => {
  for (const op of ["log", "reciprocal"] as const) {
    const b = new GraphBuilder(3);
    const stem = b.conv("stem", b.input("x", [1, 3, 4, 4]), 6, 3);
    const graph = b.build(op, [b.conv("head", b.node("f", op, {}, [stem]), 2, 1)]);
    assert.match(findUnits(graph).units.find(({ producers }) => producers.includes("stem"))!.frozen!, /finite/);
  }
});

test.run();
