import { suite } from "uvu";
import * as assert from "uvu/assert";
import { latencyModel } from "../../../src/measure/latency-model.js";
import { applyCuts } from "../../../src/prune/apply.js";
import { WidthLatency } from "../../../src/prune/latency/widths.js";
import { findUnits } from "../../../src/prune/units.js";
import { uniform } from "../../../src/random.js";
import { ARCHITECTURES } from "../architectures.js";
import { fakeTable } from "../fake-latency.js";

const test = suite("prune/latency/widths");
const near = (a: number, b: number, what: string) =>
  assert.ok(Math.abs(a - b) < 1e-9 * Math.max(1, b), `${what}: ${a}, ${b}`);

for (const [name, make] of Object.entries(ARCHITECTURES)) {
  test(`${name}: by widths as by cutting`, async () => {
    const graph = make();
    const model = latencyModel(await fakeTable(graph));
    const map = findUnits(graph);
    // A depthwise layer of one channel runs as another form, which no table of wider ones has.
    const units = map.units.filter(({ frozen, width }) => frozen === undefined && width > 2);
    const latency = new WidthLatency(map, units, model);
    near(latency.total, predict(graph), "whole");
    const next = uniform(7);
    for (let round = 0; round < 3; round++) {
      units.forEach(({ width }, unit) => {
        const removed = Math.floor(next() * (width - 1));
        const before = latency.total;
        const saving = latency.saving(unit, removed);
        latency.remove(unit, removed);
        assert.is(latency.removed(unit), removed);
        near(before - latency.total, saving, "saving");
      });
      const roots = new Set(units.flatMap(({ roots }, unit) => roots.slice(0, latency.removed(unit))));
      near(latency.total, predict(applyCuts(graph, map.channels, roots).graph), "cut");
    }
    function predict(of: typeof graph): number {
      return model.layers(of).reduce((sum, { sizes, milliseconds }) => sum + milliseconds(sizes), model.overheadMs);
    }
  });
}

test("neighbours share a layer", async () => {
  const graph = ARCHITECTURES["vgg"]!();
  const map = findUnits(graph);
  const units = map.units.filter(({ frozen }) => frozen === undefined);
  const latency = new WidthLatency(map, units, latencyModel(await fakeTable(graph)));
  assert.equal(
    units.map((_, unit) => latency.neighbours(unit)),
    [
      [0, 1],
      [0, 1, 2],
      [1, 2],
    ],
  );
});

test.run();
