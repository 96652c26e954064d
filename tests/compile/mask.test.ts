import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { floatToHalf } from "../../src/compile/half.js";
import { chooseMask } from "../../src/compile/mask.js";
import { readNetwork } from "../../src/compile/raise.js";
import { resnet } from "../../src/models/index.js";
import { uniform } from "../../src/random.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { bandsOf, eachKept } from "../../src/runtime/mask.js";
import { checkWeights, readWeights } from "../../src/runtime/weights.js";
import { thinned } from "../runtime/samples.js";

const mask = suite("compile/mask");

function drawn(count: number, zeros: number): Float32Array {
  const next = uniform(count);
  return Float32Array.from({ length: count }, () => (next() < zeros ? 0 : 1 + next()));
}

const asWeights = (all: Float32Array | Uint16Array, ...shape: number[]) => {
  const axes = shape.length > 0 ? shape : [all.length];
  const { stored, ...which } = chooseMask(all, axes[0]!);
  const encoding = all instanceof Float32Array ? ("f32" as const) : ("f16" as const);
  return { shape: axes, encoding, data: new Uint8Array(stored.slice().buffer), ...which };
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
    eachKept(weights, (position) => seen.push(position));
    assert.equal(seen, places);
  }
});

/** `rows` x `columns` of which whole blocks of rows have zeros in the same columns. */
function drawnInBlocks(rows: number, columns: number, block: number, zeros: number): Float32Array {
  const next = uniform(rows * columns + block);
  const isZero = Array.from({ length: Math.ceil(rows / block) * columns }, () => next() < zeros);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return isZero[Math.floor(row / block) * columns + column] ? 0 : 1 + next();
  });
}

mask("zeros that rows share are said once", () => {
  for (const rows of [1, 2, 3, 4, 5, 8, 9, 16, 17]) {
    for (const columns of [1, 3, 8, 9, 75, 600]) {
      for (const block of [2, 3, 4, rows]) {
        for (const zeros of [0.1, 0.5, 0.9, 0.995]) {
          const all = drawnInBlocks(rows, columns, block, zeros);
          const weights = asWeights(all, rows, columns, 1);
          checkWeights(weights, "filter", 3);
          const what = `${rows}x${columns}, blocks of ${block}, ${zeros} zeros: ${weights.mask} ${weights.block}`;
          assert.equal(readWeights(weights), all, what);
          if (weights.mask !== "all") assertBands(weights, what);
        }
      }
    }
  }
});

/** The bands' numbers, each with its place, are what was stored. */
function assertBands(weights: ReturnType<typeof asWeights>, what: string): void {
  const columns = weights.shape[1]!;
  const bands = bandsOf(weights);
  const places = bands.flatMap((band) =>
    Array.from({ length: band.rows }, (_, i) => band.columns.map((column) => (band.row + i) * columns + column)).flat(),
  );
  const seen: number[] = [];
  eachKept(weights, (position) => seen.push(position));
  assert.equal(places, seen, what);
  assert.is(
    bands.reduce((sum, band) => sum + band.rows, 0),
    weights.shape[0],
    what,
  );
}

mask("blocks are taken where they save bytes", () => {
  const blockOf = (block: number, zeros: number) => asWeights(drawnInBlocks(64, 576, block, zeros), 64, 576).block;
  for (const zeros of [0.3, 0.5, 0.9]) {
    assert.is(blockOf(1, zeros), 0);
    assert.is(blockOf(2, zeros), 2);
    assert.is(blockOf(4, zeros), 4);
    assert.is(blockOf(8, zeros), 4);
    assert.is(blockOf(64, zeros), 64);
  }
  const allZeros = asWeights(new Float32Array(100), 10, 10);
  assert.is(allZeros.data.length + allZeros.kept.length + allZeros.block, 0);
});

mask("the samples have bits of each number, of two rows and of all", async () => {
  const { layers } = await decodeFile(compile(thinned()));
  const filters = layers.flatMap(({ op }) => (op.type === "convolution" || op.type === "dense" ? [op.filter] : []));
  assert.equal(
    filters.map(({ mask, block }) => [mask, block]),
    [
      ["bitmap", 0],
      ["bitmap", 2],
      ["bitmap", 6],
      ["bitmap", 3],
    ],
  );
});

mask("strided filters, those of dense layers, and halves are stored in blocks", async () => {
  const dense = resnet({ depth: 20 });
  const isStrided = (name: string, i: number) => !/conv.*weight/.test(name) || (i % 3) + (Math.floor(i / 3) % 3) === 0;
  const constants = new Map(
    [...dense.constants].map(([name, { shape, data }]) => {
      if (shape.length < 2) return [name, { shape, data }];
      const columns = data.length / shape[0]!;
      const thinned = data.map((v, i) =>
        shape.length === 4 ? (isStrided(name, i % 9) ? v : 0) : i % columns < 9 ? 0 : v,
      );
      return [name, { shape, data: thinned }];
    }),
  );
  const graph = { ...dense, constants };
  for (const weights of ["f32", "f16"] as const) {
    const bytes = compile(graph, { weights });
    const raised = await readNetwork(bytes);
    assert.equal(compile(raised, { weights }), bytes);
    for (const { op } of (await decodeFile(bytes)).layers) {
      if (op.type === "convolution" || op.type === "dense") assert.is(op.filter.block, op.filter.shape[0]);
    }
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
  const weights = (mask: "all" | "bitmap" | "gaps", kept: number[], stored = 0, block = 0) => ({
    ...{ shape: [10], encoding: "f32" as const, data: new Uint8Array(4 * stored), mask, block },
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
  for (const [mask, kept, block] of [
    ["all", [], 1],
    ["all", [], 10],
    ["bitmap", [0x81, 3], 1],
    ["bitmap", [3], 11],
    ["bitmap", [3], 0xffffffff],
    ["bitmap", [0x81, 3], 2],
    ["bitmap", [0x21], 2],
    ["bitmap", [8], 4],
    ["gaps", [0, 0, 0, 0], 4],
    ["gaps", [2, 255], 3],
    ["gaps", [1], 10],
  ] as const) {
    assert.throws(
      () => checkWeights(weights(mask, [...kept], 0, block), "filter", 1),
      new RegExp(`filter: what is stored \\(${mask}, ${block} share a bit\\) does not fit the shape 10`),
    );
  }
  checkWeights(weights("bitmap", [0x11], 4, 2), "filter", 1);
  checkWeights(weights("bitmap", [5], 6, 4), "filter", 1);
  checkWeights(weights("gaps", [2], 2, 4), "filter", 1);
  checkWeights(weights("gaps", [0], 10, 10), "filter", 1);
  assert.throws(() => checkWeights(weights("gaps", [2], 4, 4), "filter", 1), /wants 8 bytes as f32, has 16/);
  checkWeights(weights("bitmap", [0x81, 3], 4), "filter", 1);
  checkWeights(weights("gaps", [0, 8], 2), "filter", 1);
  assert.throws(() => checkWeights(weights("gaps", [0, 8], 1), "filter", 1), /8 bytes as f32, has 4/);
});

mask.run();
