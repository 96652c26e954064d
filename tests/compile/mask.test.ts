import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { floatToHalf } from "../../src/compile/half.js";
import { chooseMask } from "../../src/compile/mask.js";
import { readNetwork } from "../../src/compile/raise.js";
import { resnet } from "../../src/models/index.js";
import { uniform } from "../../src/random.js";
import { eachKept } from "../../src/runtime/mask.js";
import { checkWeights, readWeights } from "../../src/runtime/weights.js";

const mask = suite("compile/mask");

function drawn(count: number, zeros: number): Float32Array {
  const next = uniform(count);
  return Float32Array.from({ length: count }, () => (next() < zeros ? 0 : 1 + next()));
}

const asWeights = (all: Float32Array | Uint16Array) => {
  const { mask, kept, stored } = chooseMask(all);
  const encoding = all instanceof Float32Array ? ("f32" as const) : ("f16" as const);
  return { shape: [all.length], encoding, data: new Uint8Array(stored.slice().buffer), mask, kept };
};

mask("what is stored comes back, however many zeros there are", () => {
  for (const count of [1, 7, 8, 9, 255, 256, 1000, 3000]) {
    for (const zeros of [0, 0.05, 0.3, 0.5, 0.9, 0.97, 0.999, 1]) {
      const all = drawn(count, zeros);
      const weights = asWeights(all);
      checkWeights(weights, "filter", 1);
      assert.equal([...readWeights(weights)], [...all], `${count} numbers, ${zeros} zeros, ${weights.mask}`);
    }
  }
});

mask("the smallest way is taken", () => {
  assert.is(asWeights(drawn(1000, 0)).mask, "all");
  assert.is(asWeights(drawn(1000, 0.02)).mask, "all");
  assert.is(asWeights(drawn(1000, 0.5)).mask, "bitmap");
  assert.is(asWeights(drawn(1000, 0.97)).mask, "gaps");
  const half = Uint16Array.from(drawn(1000, 0.5), floatToHalf);
  assert.is(asWeights(half).mask, "bitmap");
  assert.equal(
    [...readWeights(asWeights(half))].filter((v) => v === 0).length,
    [...half].filter((v) => v === 0).length,
  );
});

mask("gaps longer than a byte, at the beginning, between and at the end", () => {
  for (const places of [[0], [254], [255], [256], [510], [511], [999], [0, 999], [10, 300, 900]]) {
    const all = new Float32Array(1000);
    places.forEach((place) => (all[place] = 2));
    const weights = asWeights(all);
    assert.is(weights.mask, "gaps");
    const seen: number[] = [];
    eachKept(weights, 1000, (position) => seen.push(position));
    assert.equal(seen, places);
  }
});

mask(
  "a network of which nine tenths are zeros takes at most a fifth of its dense file, and means the same",
  async () => {
    const dense = resnet({ depth: 20 });
    const next = uniform(3);
    const constants = new Map(
      [...dense.constants].map(([name, { shape, data }]) => {
        if (shape.length < 2) return [name, { shape, data }];
        return [name, { shape, data: Float32Array.from(data, (v) => (next() < 0.9 ? 0 : v)) }];
      }),
    );
    const graph = { ...dense, constants };
    const [before, after] = [compile(dense).length, compile(graph).length];
    assert.ok(after <= 0.2 * before, `${after} of ${before}`);
    const raised = await readNetwork(compile(graph));
    assert.equal(compile(raised), compile(graph));
  },
);

mask("lists that do not fit are refused", () => {
  const weights = (mask: "all" | "bitmap" | "gaps", kept: number[], stored = 0) => ({
    ...{ shape: [10], encoding: "f32" as const, data: new Uint8Array(4 * stored), mask },
    kept: Uint8Array.from(kept),
  });
  for (const [mask, kept] of [
    ["all", [1]],
    ["bitmap", [1]],
    ["bitmap", [1, 0, 0]],
    ["bitmap", [1, 4]],
    ["gaps", [3, 255]],
    ["gaps", [255]],
    ["gaps", [5, 5]],
    ["gaps", [10]],
  ] as const) {
    assert.throws(
      () => checkWeights(weights(mask, [...kept]), "filter", 1),
      /filter: what is stored \(.*does not fit the shape 10/,
    );
  }
  checkWeights(weights("bitmap", [0x81, 3], 4), "filter", 1);
  checkWeights(weights("gaps", [0, 8], 2), "filter", 1);
  assert.throws(() => checkWeights(weights("gaps", [0, 8], 1), "filter", 1), /8 bytes as f32, has 4/);
});

mask.run();
