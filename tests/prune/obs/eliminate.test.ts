/** Removal with refitting, against solving anew for what is left. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { multiply } from "../../../src/linalg/products.js";
import { eliminate, type Layer, Surgeon } from "../../../src/prune/obs/eliminate.js";
import { refitRows, refitTogether, sparsify } from "../../../src/prune/obs/sparse.js";
import { missing, type Target } from "../../../src/prune/low-rank/target.js";
import { whitened } from "../low-rank/layers.js";

const test = suite("prune/obs");

const SIZES = [
  [1, 2],
  [3, 7],
  [4, 27],
  [6, 18],
] as const;

const layerOf = (outputs: number, inputs: number): Layer & Target => {
  const target = whitened([outputs, inputs, 1, 1], outputs + inputs);
  return { ...target, outputs, products: target.products! };
};

/** The best weights of some inputs, by Gauss's elimination. */
function solveAnew({ outputs, weights, products }: Layer, kept: readonly number[]): Float64Array {
  const inputs = weights.length / outputs;
  const wanted = multiply(weights, products, outputs);
  const result = new Float64Array(weights.length);
  for (let o = 0; o < outputs; o++) {
    const system = kept.map((a) => [...kept.map((b) => products[a * inputs + b]!), wanted[o * inputs + a]!]);
    kept.forEach((_, i) => {
      const pivot = system[i]!;
      system.forEach((row, k) => {
        if (k === i) return;
        const factor = row[i]! / pivot[i]!;
        row.forEach((_v, j) => (row[j]! -= factor * pivot[j]!));
      });
    });
    kept.forEach((a, i) => (result[o * inputs + a] = system[i]!.at(-1)! / system[i]![i]!));
  }
  return result;
}

function near(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-7 * scale, `${what}: ${actual}, expected ${expected}`);
}

test("removing one input after the other is solving anew for those that are left, at the cost that was said", () => {
  for (const [outputs, inputs] of SIZES) {
    const layer = layerOf(outputs, inputs);
    const { order, missing: missed } = eliminate(layer, 0);
    assert.equal(
      [...order].sort((a, b) => a - b),
      [...Array(inputs).keys()],
    );
    const energy = missed.at(-1)!;
    order.forEach((_, gone) => {
      const kept = order.slice(gone).sort((a, b) => a - b);
      const { weights } = eliminate(layer, kept.length);
      const expected = solveAnew(layer, kept);
      weights.forEach((v, i) => near(v, expected[i]!, 10, `${outputs}x${inputs}, ${gone} gone`));
      near(missed[gone]!, missing(layer, expected), energy, `${gone} gone`);
    });
  }
});

test("the input that goes is the one whose removal costs least, by trying all", () => {
  const layer = layerOf(4, 12);
  const { order } = eliminate(layer, 0);
  order.slice(0, -1).forEach((chosen, gone) => {
    const left = order.slice(gone);
    const costs = left.map((input) =>
      missing(
        layer,
        solveAnew(
          layer,
          left.filter((other) => other !== input),
        ),
      ),
    );
    near(costs[left.indexOf(chosen)]!, Math.min(...costs), costs.at(-1)!, `${gone}`);
  });
});

test("a block costs what its inputs cost together", () => {
  const layer = layerOf(3, 9);
  for (const block of [[0], [2, 5], [0, 1, 2, 8]]) {
    const surgeon = new Surgeon(layer);
    surgeon.remove(4);
    const before = missing(layer, surgeon.weights);
    const cost = surgeon.costOfBlock(block);
    block.forEach((input) => surgeon.remove(input));
    near(missing(layer, surgeon.weights) - before, cost, before + cost, `${block}`);
  }
});

test("sparsify: the number is met, kept weights are the best ones, and they beat those of the largest magnitude", () => {
  for (const [outputs, inputs] of [
    [4, 27],
    [6, 18],
    [3, 200],
  ] as const) {
    for (const share of [0.25, 0.5, 0.8]) {
      const layer = layerOf(outputs, inputs);
      const zeros = Math.round(share * layer.weights.length);
      const weights = sparsify(layer, zeros);
      assert.is(weights.filter((v) => v === 0).length, zeros);
      const order = [...layer.weights.keys()].sort((a, b) => Math.abs(layer.weights[a]!) - Math.abs(layer.weights[b]!));
      const plain = layer.weights.slice();
      order.slice(0, zeros).forEach((at) => (plain[at] = 0));
      assert.ok(missing(layer, weights) < missing(layer, plain));
      for (let o = 0; o < outputs; o++) {
        const kept = [...Array(inputs).keys()].filter((i) => weights[o * inputs + i] !== 0);
        const expected = solveAnew(layer, kept);
        kept.forEach((i) => near(weights[o * inputs + i]!, expected[o * inputs + i]!, 10, `${outputs}x${inputs}`));
      }
    }
  }
});

test("inputs that stay for all outputs are refitted as if the others had been eliminated", () => {
  for (const [outputs, inputs] of SIZES) {
    const layer = layerOf(outputs, inputs);
    const { order, weights } = eliminate(layer, Math.ceil(inputs / 2));
    const stays = new Uint8Array(inputs).fill(1);
    order.forEach((input) => (stays[input] = 0));
    refitTogether(layer, stays).forEach((v, i) => near(v, weights[i]!, 10, `${outputs}x${inputs}`));
  }
});

test("refitting a mask that keeps all changes nothing; an output without weights is 0", () => {
  const layer = layerOf(2, 6);
  refitRows(layer, layer.weights).forEach((v, i) => near(v, layer.weights[i]!, 1, "all"));
  assert.equal([...refitRows(layer, new Float64Array(12))], Array(12).fill(0));
});

test("nothing is written to what was handed in", () => {
  const layer = layerOf(3, 10);
  const before = [layer.weights.slice(), layer.products.slice()];
  eliminate(layer, 3);
  sparsify(layer, 15);
  assert.equal([layer.weights, layer.products], before);
});

test.run();
