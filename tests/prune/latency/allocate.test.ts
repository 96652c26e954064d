import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import type { Graph } from "../../../src/graph/graph.js";
import { latencyModel } from "../../../src/measure/latency-model.js";
import { resnet, vgg } from "../../../src/models/index.js";
import { allocateByLatency } from "../../../src/prune/latency/allocate.js";
import { WidthLatency } from "../../../src/prune/latency/widths.js";
import type { Losses } from "../../../src/prune/queues.js";
import { findUnits } from "../../../src/prune/units.js";
import { uniform } from "../../../src/random.js";
import { byProduct, fakeTable, type Time } from "../fake-latency.js";

const test = suite("prune/latency/allocate");

async function open(graph: Graph, time: Time = byProduct) {
  const map = findUnits(graph);
  const units = map.units.filter(({ frozen }) => frozen === undefined);
  const latency = new WidthLatency(map, units, latencyModel(await fakeTable(graph, time)));
  return { units, latency, whole: latency.total };
}

/** What is lost by the number of channels removed: sums of random importance, the least first. */
function drawQueues(widths: readonly number[], seed = 1): Losses[] {
  const next = uniform(seed);
  return widths.map((width) => {
    const scores = Array.from({ length: width }, () => 0.1 + next()).sort((a, b) => a - b);
    const losses = [0];
    for (const score of scores.slice(0, -1)) losses.push(losses.at(-1)! + score);
    return { losses };
  });
}

/** To a single pixel, so that the dense layer behind it is small. */
const POOLED = ["pool", "pool", "pool"] as const;

const TIMES: Readonly<Record<string, Time>> = {
  "in proportion": byProduct,
  // Tiles of 4 output channels: the time of the whole tile, whatever part of it is needed.
  tiles: (form, [a, b = 1]) => byProduct(form, [a!, 4 * Math.ceil(b / 4)]),
  // A kernel that fits few channels only is slow.
  "not monotone": (form, widths) => byProduct(form, widths) * (widths[0]! % 4 === 2 ? 1.3 : 1),
};

for (const [what, time] of Object.entries(TIMES)) {
  for (const share of [0.85, 0.6, 0.35]) {
    test(`${what}, ${share}: kept, and nothing could come back`, async () => {
      const { units, latency, whole } = await open(resnet({ depth: 14, width: 8, size: 8, classes: 4 }), time);
      const queues = drawQueues(units.map(({ width }) => width));
      const allowedMs = share * whole;
      const removed = allocateByLatency(queues, latency, { allowedMs, multiple: 2 });
      assert.ok(latency.total <= allowedMs);
      assert.equal(
        removed,
        units.map((_, unit) => latency.removed(unit)),
      );
      units.forEach(({ width }, unit) => {
        const kept = width - removed[unit]!;
        assert.ok(kept === width || kept === 1 || kept % 2 === 0, `${kept} of ${width}`);
        for (let back = 0; back < removed[unit]!; back++) {
          if ((width - back) % 2 === 1) continue;
          assert.ok(
            latency.total - latency.saving(unit, back) > allowedMs,
            `unit ${unit}: ${back} for ${removed[unit]}`,
          );
        }
      });
    });
  }
}

test("the same request gives the same answer", async () => {
  const answer = async () => {
    const { units, latency, whole } = await open(resnet({ depth: 8, width: 8, size: 8, classes: 4 }));
    return allocateByLatency(drawQueues(units.map(({ width }) => width)), latency, {
      allowedMs: 0.5 * whole,
      multiple: 2,
    });
  };
  assert.equal(await answer(), await answer());
});

test("what takes long and matters little goes first", async () => {
  const graph = vgg({ layers: [8, 8, 8, ...POOLED], size: 8, hidden: [], classes: 3 });
  const { units, latency, whole } = await open(graph);
  const even = units.map(({ width }) => Array.from({ length: width }, (_, i) => i));
  const queues = even.map((losses, unit) => ({ losses: unit === 1 ? losses.map((loss) => loss / 10) : losses }));
  const removed = allocateByLatency(queues, latency, { allowedMs: 0.7 * whole, multiple: 2 });
  assert.equal(
    removed.map((count) => count > 0),
    [false, true, false],
  );
});

test("a chunk that gains nothing by itself goes with the next one", async () => {
  const graph = vgg({ layers: [16, 4, ...POOLED], size: 8, hidden: [], classes: 3 });
  const inEights: Time = (form, [a, b = 1]) => byProduct(form, [8 * Math.ceil(a! / 8), 8 * Math.ceil(b / 8)]);
  const { units, latency, whole } = await open(graph, inEights);
  const queues = drawQueues(units.map(({ width }) => width));
  const removed = allocateByLatency(queues, latency, { allowedMs: 0.9 * whole, multiple: 2 });
  assert.is(removed[0], 8);
});

test("wide units go in chunks of a share", async () => {
  const { units, latency, whole } = await open(vgg({ layers: [128, 4, ...POOLED], size: 8, hidden: [], classes: 3 }));
  const [wide, narrow] = drawQueues(units.map(({ width }) => width)) as [Losses, Losses];
  const queues = [wide, { losses: Array.from(narrow.losses, (loss) => 1000 * loss) }];
  const [removed] = allocateByLatency(queues, latency, { allowedMs: 0.8 * whole, multiple: 2 });
  assert.is(removed! % 4, 0);
  assert.ok(removed! > 0);
});

test("what cannot be reached is refused, and said", async () => {
  const { units, latency } = await open(vgg({ layers: [8, 8, ...POOLED], size: 8, hidden: [], classes: 3 }));
  const queues = drawQueues(units.map(({ width }) => width));
  assert.throws(
    () => allocateByLatency(queues, latency, { allowedMs: 0.02, multiple: 2 }),
    (error: Error) =>
      error instanceof RequestError &&
      /allows 0\.0200 ms, but with one channel left .* ms remain, 0\.\d\d of the whole/.test(error.message),
  );
});

test.run();
