/** What units cost the answers, against figures made otherwise. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ImageSet } from "../../src/data/image-set.js";
import { DataError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { type Answers, divergence, shareRight } from "../../src/measure/answers.js";
import { applyCuts } from "../../src/prune/apply.js";
import { type Curve, curvesOf } from "../../src/prune/moments/curves.js";
import type { Samples } from "../../src/prune/segments.js";
import { channelsKept, compareAnswers } from "../../src/prune/sensitivity.js";
import { measureUnits } from "../../src/prune/unit-sensitivity.js";
import { findUnits } from "../../src/prune/units.js";
import { normal } from "../../src/random.js";
import { ARCHITECTURES, classifier } from "./architectures.js";
import { noisePictures, runner } from "./laws.js";

const test = suite("prune/sensitivity");

const CLASSES = 5;

function drawnLogits(seed: number, count = 40): Float32Array[] {
  const next = normal(seed);
  return Array.from({ length: count }, () => Float32Array.from({ length: CLASSES }, () => 3 * next()));
}

/** By the definition: exponentials over their sum. */
function answersOf(logits: readonly Float32Array[]): Answers {
  const rows = logits.map((row) => {
    const sum = row.reduce((total, v) => total + Math.exp(v), 0);
    return [...row].map((v) => Math.log(Math.exp(v) / sum));
  });
  return { classes: CLASSES, logProbabilities: Float32Array.from(rows.flat()) };
}

function labelled(count: number): ImageSet {
  const picture = () => assert.unreachable("labels need no picture") as never;
  return { name: "drawn", count, classes: [], picture, label: (i) => (i * 7) % CLASSES };
}

const close = (a: number, b: number, tolerance = 1e-5) =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test("divergence, change of logits and top-1 are those of the measured answers", () => {
  const [dense, other] = [drawnLogits(1), drawnLogits(2)];
  const set = labelled(dense.length);
  const found = compareAnswers(dense, other, { label: (i) => set.label(i) });
  close(found.divergence, divergence(answersOf(dense), answersOf(other)));
  assert.is(found.top1, shareRight(answersOf(other), set));
  assert.ok(found.top1! > 0 && found.top1! < 1);
  const change = dense.flatMap((row, i) => [...row].map((v, c) => (v - other[i]![c]!) ** 2));
  close(found.logitError, change.reduce((a, b) => a + b, 0) / dense.length);
  assert.is(compareAnswers(dense, other, {}).top1, undefined);
});

test("of equal logits the first is the answer; NaN is never right", () => {
  const rows = [
    [1, 1, 0, 0, 0],
    [1, 1, 0, 0, 0],
    [NaN, 0, 0, 0, 0],
    [0, 0, 0, 0, 2],
  ].map((row) => Float32Array.from(row));
  const wanted = [0, 1, 0, 4];
  const { top1 } = compareAnswers(rows, rows, { label: (i) => wanted[i] });
  assert.is(top1, 0.5);
});

test("by hand: two classes", () => {
  const [p, q] = [Float32Array.of(Math.log(3), 0), Float32Array.of(0, 0)];
  const { divergence: kl, logitError } = compareAnswers([p], [q], {});
  close(kl, 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5), 1e-6);
  close(logitError, Math.log(3) ** 2, 1e-6);
});

test("channels kept of a share: rounded, and never none", () => {
  assert.equal(
    [channelsKept(0.75, 16), channelsKept(0.5, 5), channelsKept(0.01, 8), channelsKept(0.99, 4)],
    [12, 3, 1, 4],
  );
});

for (const name of ["resnet without batch norm", "concat", "mobilenet", "gate"]) {
  test(`${name}: layers fitted again miss less than after a plain cut of as many channels`, async () => {
    const map = findUnits(ARCHITECTURES[name]!());
    const samples = noisePictures(map.graph, 24).samples!();
    const { units } = await measureUnits(map, { runner, samples, fitted: samples, shares: [0.5] });
    let better = 0;
    const free = units.filter(({ points }) => points.length > 0);
    for (const { unit, points } of free) {
      const [{ kept, logitError, divergence: kl }] = points as [(typeof points)[0]];
      assert.ok(kept < unit.width && logitError >= 0 && kl >= 0, unit.name);
      const removed = unit.roots.slice(0, unit.width - kept);
      const cut = applyCuts(map.graph, map.channels, new Set(removed)).graph;
      const plain = compareAnswers(await logits(map.graph, samples), await logits(cut, samples), {});
      if (logitError < plain.logitError || plain.logitError === 0) better++;
    }
    assert.ok(free.some(({ points: [point] }) => point!.logitError > 0));
    assert.ok(free.length > 1 && better >= free.length - 1, `${better} of ${free.length}`);
  });
}

async function logits(graph: Graph, samples: Samples): Promise<Float32Array[]> {
  const prepared = await runner.prepare(graph);
  const rows = Array.from({ length: samples.count }, (_, i) =>
    Float32Array.from(prepared.run({ [graph.inputs[0]!.name]: samples.get(i) })[graph.outputs[0]!]!),
  );
  prepared.dispose();
  return rows;
}

test("a unit that a layer reads which cannot be fitted loses what a plain cut takes", async () => {
  const graph = classifier((b, x) => {
    const wide = b.relu("wide.relu", b.conv("wide", x, 6, 3, { bias: true }));
    const window = {
      strides: [1, 1],
      dilations: [1, 1],
      pads: [0, 0, 0, 0],
      outputPadding: [0, 0],
      groups: 1,
    } as const;
    return b.node("up", "transposed-conv", window, [wide, b.weights("up.filter", [6, 4, 2, 2], 0.5)]);
  });
  const map = findUnits(graph);
  const samples = noisePictures(graph, 8).samples!();
  const { units } = await measureUnits(map, { runner, samples, fitted: samples, shares: [0.5], only: "wide" });
  const { unit, points } = units.find(({ unit: { name } }) => name === "wide")!;
  const [{ order }] = curvesOf(graph, [unit], new Map()) as [Curve];
  const removed = new Set(order.slice(0, 3).map((channel) => unit.roots[channel]!));
  const cut = applyCuts(graph, map.channels, removed).graph;
  const plain = compareAnswers(await logits(graph, samples), await logits(cut, samples), {});
  assert.ok(plain.divergence > 0);
  close(points[0]!.divergence, plain.divergence, 1e-4);
  close(points[0]!.logitError, plain.logitError, 1e-4);
});

test("numbers that are not finite are told", async () => {
  const map = findUnits(ARCHITECTURES["vgg"]!());
  const { count, get } = noisePictures(map.graph, 4).samples!();
  const spoilt = { count, get: (i: number) => (i === 2 ? get(i).fill(NaN) : get(i)) };
  try {
    await measureUnits(map, { runner, samples: spoilt, fitted: spoilt, shares: [0.5] });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DataError);
    assert.match((error as Error).message, /not finite; look for NaN in the pictures/);
  }
});

test.run();
