/** Samples that advance through a network in steps have the values that a whole run gives. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../../src/errors.js";
import { sizeOf } from "../../../src/graph/graph.js";
import { evaluateGraph, inferShapes } from "../../../src/ops/walk.js";
import { SampleStream } from "../../../src/prune/moments/stream.js";
import { withWeights } from "../../../src/prune/moments/weights.js";
import { ARCHITECTURES } from "../architectures.js";
import { near, runner, samplesFor } from "../recovery.js";

const test = suite("prune/moments/stream");
const SAMPLES = 3;

for (const name of ["resnet", "concat", "gate", "mobilenet", "flatten"]) {
  test(`${name}: every value, whether everything is kept, some, or nothing`, async () => {
    const graph = ARCHITECTURES[name]!();
    const samples = samplesFor(graph, SAMPLES);
    const [input] = graph.inputs;
    const expected = Array.from({ length: SAMPLES }, (_, i) =>
      evaluateGraph(graph, new Map([[input!.name, { shape: input!.shape, data: samples.get(i) }]])),
    );
    const stops = graph.nodes.map((node) => node.outputs);
    const largest = Math.max(...stops.flat().map((value) => sizeOf(inferShapes(graph).get(value)!)));
    for (const bound of [1 << 30, 4 * SAMPLES * largest, 0]) {
      const stream = new SampleStream(graph, samples, runner, bound);
      for (const [at, wanted] of stops.entries()) {
        const seen: number[] = [];
        await stream.stop(wanted, stops.slice(at + 1).flat(), (value, i) => {
          seen.push(i);
          wanted.forEach((of) => near(value(of), expected[i]!.get(of)!.data, 1e-4, of));
        });
        assert.equal(seen, [0, 1, 2]);
      }
      assert.ok(stream.peakBytes <= bound, `${stream.peakBytes} bytes of ${bound}`);
      assert.is(stream.peakBytes > 0, bound > 0);
    }
  });
}

test("weights that are exchanged count for what has not run, and nowhere else", async () => {
  const graph = ARCHITECTURES["vgg"]!();
  const layers = graph.nodes.filter(({ op }) => op === "conv");
  const [first, second] = layers;
  for (const bound of [1 << 30, 0]) {
    const stream = new SampleStream(graph, samplesFor(graph, 2), runner, bound);
    await stream.stop([second!.inputs[0]!], [second!.outputs[0]!], () => {});
    const filter = graph.constants.get(second!.inputs[1]!)!;
    const bias = { shape: [filter.shape[0]!], data: new Float32Array(filter.shape[0]!).fill(7) };
    stream.graph = withWeights(graph, second!.name, { ...filter, data: new Float32Array(filter.data.length) }, bias);
    await stream.stop(second!.outputs, [], (value) =>
      near(
        value(second!.outputs[0]!),
        value(second!.outputs[0]!).map(() => 7),
        0,
        "7",
      ),
    );
    assert.not.equal(first, second);
  }
});

test("networks that do not take one sample at a time", () => {
  const several = ARCHITECTURES["several inputs and outputs"]!();
  assert.throws(
    () => new SampleStream(several, samplesFor(several, 2), runner),
    (error: unknown) => error instanceof DataError && /one input and batch size 1/.test(error.message),
  );
});

test.run();
