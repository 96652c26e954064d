import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseShape } from "../../../bench/kernels/shapes.js";
import { FILTER, layerGraph } from "../../../bench/sparse/filters.js";
import { KINDS } from "../../../bench/sparse/kinds/index.js";
import type { KindName } from "../../../bench/sparse/kinds/kind.js";
import { countMacs } from "../../../src/ops/walk.js";
import { complaint } from "../../ops/oracle.js";

const test = suite("bench/sparse kinds");

const SMALL = parseShape("8x9x10 12 3x3 s1 g1", "test");
const kindOf = (name: KindName) => KINDS.find(({ kind }) => kind === name)!;
const variantsOf = (name: KindName) => kindOf(name).variants(SMALL, layerGraph(SMALL));

for (const { kind, shapes, applies, variants } of KINDS) {
  test(`${kind} applies to its own convolutions, and removes what it says`, () => {
    for (const line of shapes) assert.ok(applies(parseShape(line, kind)), line);
    assert.ok(applies(SMALL));
    const dense = layerGraph(SMALL);
    for (const { pattern, sparsity, graph, smaller } of variants(SMALL, dense)) {
      assert.ok(sparsity > 0 && sparsity < 1, pattern);
      assert.ok(Math.abs(1 - countMacs(graph) / countMacs(dense) - sparsity) < 1e-9, pattern);
      if (smaller) assert.is(countMacs(smaller), countMacs(graph));
    }
  });

  test(`${kind} is computed as it is meant`, async () => {
    for (const { graph } of variants(SMALL, layerGraph(SMALL))) assert.is(await complaint(graph), undefined);
  });
}

test("random zeros are as many as were asked for", () => {
  const shape = parseShape("64x4x4 64 3x3 s1 g1", "test");
  for (const name of ["unstructured", "block2", "block4"] as const) {
    for (const { pattern, sparsity } of kindOf(name).variants(shape, layerGraph(shape))) {
      assert.ok(Math.abs(sparsity - Number(pattern)) < 0.02, `${name} ${pattern}: ${sparsity}`);
    }
  }
});

test("neighbours of a block have their zeros in the same places", () => {
  for (const rows of [2, 4] as const) {
    for (const { graph } of variantsOf(`block${rows}`)) {
      const { data } = graph.constants.get(FILTER)!;
      const columns = data.length / SMALL.oc;
      data.forEach((weight, i) => {
        const first = i - (Math.floor(i / columns) % rows) * columns;
        assert.is(weight === 0, data[first] === 0);
      });
    }
  }
});

test("n of m neighbouring input channels are read", () => {
  for (const { pattern, graph } of variantsOf("n:m")) {
    const [n, m] = pattern.split(":").map(Number) as [number, number];
    const { data } = graph.constants.get(FILTER)!;
    for (let output = 0; output < SMALL.oc; output++) {
      for (let first = 0; first < SMALL.ic; first += m) {
        for (let tap = 0; tap < 9; tap++) {
          const group = Array.from({ length: m }, (_, i) => data[(output * SMALL.ic + first + i) * 9 + tap]);
          assert.is(group.filter((weight) => weight !== 0).length, n);
        }
      }
    }
  }
});

test("strided sparsity leaves the taps n, n + m, ...", () => {
  const [corners, centre] = variantsOf("strided").map(({ graph }) => [
    ...graph.constants.get(FILTER)!.data.slice(0, 9),
  ]);
  const left = (taps: number[] | undefined) => taps!.flatMap((weight, tap) => (weight === 0 ? [] : [tap]));
  assert.equal(left(corners), [0, 2, 6, 8]);
  assert.equal(left(centre), [4]);
});

test.run();
