/** Changes of the answers, against running whole networks. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Graph, sizeOf } from "../../../src/graph/graph.js";
import { isOp } from "../../../src/ops/index.js";
import { withWeights } from "../../../src/prune/moments/weights.js";
import { LogitErrors, type Weights } from "../../../src/prune/reconstruct/logit-errors.js";
import { curveThrough } from "../../../src/prune/reconstruct/options.js";
import { normal } from "../../../src/random.js";
import { ARCHITECTURES } from "../architectures.js";
import { runner } from "../laws.js";

const test = suite("prune/reconstruct/logit-errors");

function samplesFor(graph: Graph, count: number) {
  const size = sizeOf(graph.inputs[0]!.shape);
  return {
    count,
    get(i: number) {
      const next = normal(i + 1);
      return Float32Array.from({ length: size }, () => next());
    },
  };
}

/** The layer's weights times a factor. */
function variant(graph: Graph, name: string, factor: number): Weights {
  const node = graph.nodes.find((other) => other.name === name)!;
  const [filter, bias] = node.inputs.slice(1).map((input) => graph.constants.get(input)!);
  const times = (data: ArrayLike<number>) => Float32Array.from(data, (v) => v * factor);
  return {
    filter: { shape: filter!.shape, data: times(filter!.data) },
    bias: { shape: [filter!.shape[0]!], data: bias ? times(bias.data) : new Float32Array(filter!.shape[0]!) },
  };
}

async function byHand(graph: Graph, changed: Graph, samples: ReturnType<typeof samplesFor>): Promise<number> {
  const sessions = [await runner.prepare(graph), await runner.prepare(changed)];
  const output = graph.outputs[0]!;
  const answers: Float32Array[] = [];
  let change = 0;
  for (let i = 0; i < samples.count; i++) {
    const [dense, other] = sessions.map((session) => session.run({ [graph.inputs[0]!.name]: samples.get(i) })[output]!);
    answers.push(dense!.slice());
    dense!.forEach((v, k) => (change += (v - other![k]!) ** 2));
  }
  sessions.forEach((session) => session.dispose());
  const mean = answers[0]!.map((_, k) => answers.reduce((sum, answer) => sum + answer[k]!, 0) / answers.length);
  const energy = answers.reduce((sum, answer) => sum + answer.reduce((s, v, k) => s + (v - mean[k]!) ** 2, 0), 0);
  return change / energy;
}

test("every layer of a network with branches, several variants at once", async () => {
  for (const name of ["resnet without batch norm", "concat", "mobilenet", "gate"]) {
    const graph = ARCHITECTURES[name]!();
    const samples = samplesFor(graph, 6);
    const layers = graph.nodes
      .filter((node) => (isOp(node, "conv") && node.attrs.groups === 1) || isOp(node, "gemm"))
      .map((node) => node.name);
    const errors = new LogitErrors(graph, layers, samples, runner);
    for (const layer of layers) {
      const variants = [1, 0.9, 0.5].map((factor) => variant(graph, layer, factor));
      const found = await errors.next(variants);
      assert.is(found[0], 0, `${name}, ${layer}: the same weights`);
      for (const [i, { filter, bias }] of variants.entries()) {
        const expected = await byHand(graph, withWeights(graph, layer, filter, bias), samples);
        assert.ok(
          Math.abs(found[i]! - expected) <= 1e-4 * expected + 1e-12,
          `${name}, ${layer}: ${found[i]}, ${expected}`,
        );
      }
    }
  }
});

test("a loss goes through what was measured, rises with what is missing, and is in proportion beyond", () => {
  const lossOf = curveThrough([
    [4, 0.4],
    [1, 0.01],
    [16, 0.3],
  ]);
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, ${expected}`);
  near(lossOf(1), 0.01);
  near(lossOf(4), 0.4);
  near(lossOf(16), 0.4);
  near(lossOf(2), Math.sqrt(0.01 * 0.4));
  near(lossOf(0.5), 0.005);
  near(lossOf(32), 0.8);
  assert.is(lossOf(0), 0);
  assert.is(curveThrough([])(3), 3);
});

test.run();
