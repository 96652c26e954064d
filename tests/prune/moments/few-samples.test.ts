/** Curves of few samples: what is fitted to them must not look better than it is. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eliminate } from "../../../src/linalg/elimination.js";
import type { Graph } from "../../../src/graph/graph.js";
import { foldBatchNorm } from "../../../src/passes/fold-batch-norm.js";
import { findBlocks, findEndings } from "../../../src/prune/blocks.js";
import { consumersOf, problemsOf } from "../../../src/prune/moments/consumers.js";
import { denseMoments } from "../../../src/prune/moments/dense-moments.js";
import { measureCurves, stagesOf, type Weighing } from "../../../src/prune/moments/measure-curves.js";
import { findUnits, selectUnits } from "../../../src/prune/units.js";
import { ARCHITECTURES } from "../architectures.js";
import { moments, runner, samplesFor } from "../recovery.js";

const test = suite("prune/moments/few-samples");

/** By stage (layers, answers, blocks) which samples were looked at. */
async function lookedAt(graph: Graph, weighing: Weighing, count: number): Promise<number[][]> {
  const map = findUnits(graph);
  const units = selectUnits(map.units, undefined);
  const endings = findEndings(map, findBlocks(graph), units);
  const stages: Set<number>[] = [];
  const all = samplesFor(graph, count);
  const get = (i: number) => {
    stages.at(-1)!.add(i);
    return all.get(i);
  };
  const nextStage = () => {
    stages.push(new Set());
    return () => {};
  };
  // Without another thread, which has samples of its own.
  const alone = { ...runner, helper: undefined };
  await measureCurves({ map, runner: alone, samples: () => ({ count, get }) }, units, {
    weighing,
    endings,
    moments,
    nextStage,
  });
  assert.is(stages.length, stagesOf({ weighing, endings }));
  return stages.map((stage) => [...stage].sort((a, b) => a - b));
}

test("answers are measured on a quarter of the samples, at most, and layers fitted to all others", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  const [layers, answers, blocks] = await lookedAt(graph, "sensitivity", 12);
  assert.equal(
    [answers, layers],
    [
      [0, 1, 2],
      [3, 4, 5, 6, 7, 8, 9, 10, 11],
    ],
  );
  assert.ok(blocks!.length > 0);
  const [many, held] = await lookedAt(graph, "sensitivity", 600);
  assert.equal([held!.length, held![127], many!.length, many![0]], [128, 127, 472, 128]);
});

test("where no answers count, or there is one sample, all are fitted to", async () => {
  const graph = ARCHITECTURES["resnet"]!();
  assert.equal((await lookedAt(graph, "error", 4))[0], [0, 1, 2, 3]);
  assert.equal((await lookedAt(graph, "sensitivity", 1)).slice(0, 2), [[0], [0]]);
});

test("a layer that reads more numbers than there are positions does not seem to do without most of them", async () => {
  const graph = foldBatchNorm(ARCHITECTURES["vgg"]!());
  const unit = findUnits(graph).units.find(({ name }) => name === "fc1")!;
  const [consumer] = consumersOf(graph, unit);
  const share = async (count: number) => {
    const measured = await denseMoments(graph, new Set([consumer!.layer]), samplesFor(graph, count), {
      runner,
      moments,
    });
    const { layer, moments: groups } = measured.get(consumer!.layer)!;
    const { errors } = eliminate(problemsOf(layer, groups, consumer!.blocks, 1e-3));
    return errors[Math.floor(unit.width / 2) - 1]! / errors.at(-1)!;
  };
  // Five rows can be explained by half of ten numbers, whatever the layer computes.
  const [few, many] = [await share(5), await share(200)];
  assert.ok(few > 0.2 * many, `${few} beside ${many}`);
});

test.run();
