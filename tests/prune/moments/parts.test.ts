/** Samples shared with another thread give what one thread finds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../../src/errors.js";
import { openMoments } from "../../../src/linalg/moments.js";
import { type Centred, joinMoments } from "../../../src/linalg/second-moments.js";
import { startHelper } from "../../../src/measure/helper.js";
import { denseMoments } from "../../../src/prune/moments/dense-moments.js";
import { divide } from "../../../src/prune/moments/parts.js";
import { VariantWalk } from "../../../src/prune/moments/variants.js";
import { fittableLayers, TwinWalk } from "../../../src/prune/moments/walk.js";
import { withWeights } from "../../../src/prune/moments/weights.js";
import { foldBatchNorm } from "../../../src/passes/fold-batch-norm.js";
import { ARCHITECTURES } from "../architectures.js";
import { noisePictures, runner } from "../laws.js";

const test = suite("prune/moments/parts");

const COUNT = 65;
const graph = foldBatchNorm(ARCHITECTURES["resnet"]!());
const samples = noisePictures(graph, COUNT).samples!();
const moments = await openMoments();
const [alone, helped] = [
  { runner, moments },
  { runner: { ...runner, helper: startHelper() }, moments },
];
const layers = fittableLayers(graph, graph).map(({ name }) => name);

function near(actual: readonly Centred[], expected: readonly Centred[], what: string): void {
  assert.is(actual.length, expected.length);
  actual.forEach(({ count, mean, products }, g) => {
    const other = expected[g]!;
    assert.is(count, other.count, what);
    const largest = Math.max(...other.products.map(Math.abs));
    mean.forEach((v, i) => assert.ok(Math.abs(v - other.mean[i]!) < 1e-4, `${what}, mean ${i}`));
    products.forEach((v, i) => assert.ok(Math.abs(v - other.products[i]!) < 1e-5 * largest, `${what}, product ${i}`));
  });
}

test("moments of two parts joined are those of the whole", () => {
  const of = (rows: readonly (readonly [number, number])[]): Centred => {
    const mean = [0, 1].map((f) => rows.reduce((sum, row) => sum + row[f]!, 0) / Math.max(1, rows.length));
    const products = [0, 1].flatMap((i) =>
      [0, 1].map((j) => rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0)),
    );
    return { width: 2, count: rows.length, mean: Float64Array.from(mean), products: Float64Array.from(products) };
  };
  const rows = [
    [1, 2],
    [4, -1],
    [0, 7],
    [3, 3],
    [-2, 5],
  ] as const;
  for (let first = 0; first <= rows.length; first++) {
    const { count, mean, products } = joinMoments(of(rows.slice(0, first)), of(rows.slice(first)));
    const whole = of(rows);
    assert.is(count, rows.length);
    mean.forEach((v, i) => assert.ok(Math.abs(v - whole.mean[i]!) < 1e-12));
    products.forEach((v, i) => assert.ok(Math.abs(v - whole.products[i]!) < 1e-12, `${first} in front`));
  }
});

test("a part is worth another thread from 64 samples on, as long as they are no more than 256 MB", () => {
  const { helper } = helped.runner;
  const of = (count: number, length: number) => ({ count, get: () => new Float32Array(length) });
  assert.is(divide(of(63, 1), helper).other, undefined);
  assert.is(divide(of(64, 1), undefined).other, undefined);
  assert.is(divide(of(64, 2.2e6), helper).other, undefined);
  const { own, other } = divide(of(65, 1), helper);
  assert.equal([own.first, own.count, other!.part.first, other!.part.samples.length], [0, 33, 33, 32]);
});

test("what layers read, and a walk through a network whose weights change, are the same with and without another thread", async () => {
  const [one, two] = [
    await denseMoments(graph, new Set(layers), samples, alone),
    await denseMoments(graph, new Set(layers), samples, helped),
  ];
  assert.equal([...two.keys()], [...one.keys()]);
  for (const [name, { moments: own }] of two) near(own, one.get(name)!.moments, name);
  const kept = new Map();
  const walks = [alone, helped].map((options) => new TwinWalk(graph, { graph, kept }, layers, samples, options));
  for (const name of layers) {
    const [own, divided] = [await walks[0]!.next(), await walks[1]!.next()];
    near(divided.moments, own.moments, name);
    const { filter, groups, outputs } = own.layer;
    const halved = { shape: filter.shape, data: Float32Array.from(filter.data, (v) => v / 2) };
    const bias = { shape: [groups * outputs], data: new Float32Array(groups * outputs).fill(0.1) };
    for (const walk of walks) walk.graph = withWeights(walk.graph, name, halved, bias);
  }
  assert.is(walks[0]!.peakBytes, walks[1]!.peakBytes);
});

test("variants are shown sample by sample, with the same outputs", async () => {
  const stops = [layers[0]!, layers[2]!, layers[2]!];
  const seen = await Promise.all(
    [alone, helped].map(async ({ runner: one }) => {
      const walk = new VariantWalk(graph, stops, samples, one);
      const shown: unknown[] = [];
      for (const _ of stops) await walk.next([graph, graph], (outputs, sample) => shown.push([sample, outputs]));
      return shown;
    }),
  );
  assert.is(seen[0]!.length, stops.length * COUNT);
  assert.equal(seen[1], seen[0]);
});

test("what goes wrong in the other thread is told as here", async () => {
  const spoilt = { ...samples, get: (i: number) => (i === COUNT - 1 ? samples.get(i).map(() => NaN) : samples.get(i)) };
  for (const options of [alone, helped]) {
    const error = await denseMoments(graph, new Set(layers), spoilt, options).catch((e: unknown) => e);
    assert.instance(error, DataError);
    assert.match((error as DataError).message, /not finite/);
    assert.is((error as DataError).where, layers[0]);
  }
});

test.run();
