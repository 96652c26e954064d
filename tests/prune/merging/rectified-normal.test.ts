/** What clamps make of normally distributed numbers: against closed forms, and against numbers by lot. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clampedMean, clampedProduct } from "../../../src/prune/merging/rectified-normal.js";
import { normal } from "../../../src/random.js";

const test = suite("prune/merging/rectified-normal");

const RELU = { low: 0, high: Infinity };
const NONE = { low: -Infinity, high: Infinity };
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

test("closed forms", () => {
  const standard = { mean: 0, deviation: 1 };
  near(clampedMean(standard, RELU), 1 / Math.sqrt(2 * Math.PI), 1e-12);
  near(clampedProduct(standard, standard, 1, RELU), 0.5, 1e-9);
  for (const correlation of [-1, -0.6, 0, 0.3, 0.99, 1]) {
    // The arc-cosine kernel of degree 1 (Cho and Saul 2009).
    const angle = Math.acos(correlation);
    const expected = (Math.sin(angle) + (Math.PI - angle) * correlation) / (2 * Math.PI);
    near(clampedProduct(standard, standard, correlation, RELU), expected, 1e-7);
    const [x, y] = [
      { mean: 0.7, deviation: 2 },
      { mean: -1.5, deviation: 0.4 },
    ];
    near(clampedProduct(x, y, correlation, NONE), 0.7 * -1.5 + correlation * 2 * 0.4, 1e-8);
  }
  near(clampedMean({ mean: -3, deviation: 0 }, RELU), 0, 0);
  near(clampedProduct({ mean: 3, deviation: 0 }, { mean: 2, deviation: 0 }, 0, RELU), 6, 1e-9);
});

test("the mean of squares is the product with itself", () => {
  const [beta, sigma] = [0.4, 1.3];
  const t = beta / sigma;
  const density = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const mean = clampedMean({ mean: beta, deviation: sigma }, RELU);
  const below = (mean - sigma * density) / beta;
  const square = (beta ** 2 + sigma ** 2) * below + beta * sigma * density;
  near(clampedProduct({ mean: beta, deviation: sigma }, { mean: beta, deviation: sigma }, 1, RELU), square, 1e-9);
});

test("numbers by lot", () => {
  const next = normal(11);
  const clamps = [RELU, { low: 0, high: 1.2 }, { low: -0.5, high: 0.5 }];
  const pairs = [
    [{ mean: 0.3, deviation: 1 }, { mean: -0.4, deviation: 0.5 }, 0.8],
    [{ mean: -1, deviation: 0.7 }, { mean: 1, deviation: 2 }, -0.5],
  ] as const;
  const count = 400_000;
  for (const clamp of clamps) {
    const clip = (v: number) => Math.min(Math.max(v, clamp.low), clamp.high);
    for (const [x, y, correlation] of pairs) {
      let [mean, product] = [0, 0];
      for (let i = 0; i < count; i++) {
        const [u, v] = [next(), next()];
        const a = clip(x.mean + x.deviation * u);
        mean += a / count;
        product += (a * clip(y.mean + y.deviation * (correlation * u + Math.sqrt(1 - correlation ** 2) * v))) / count;
      }
      near(clampedMean(x, clamp), mean, 0.006);
      near(clampedProduct(x, y, correlation, clamp), product, 0.01);
    }
  }
});

test.run();
