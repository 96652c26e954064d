/** Scores of channels against their definitions. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/index.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import type { Budget } from "../../src/prune/budget.js";
import { makePlan, type PruneRequest } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { noisePictures, runner } from "./laws.js";

const test = suite("prune/scores");

/** By unit the channels that go. */
async function removed(graph: Graph, request: PruneRequest, pictures = 0): Promise<Record<string, readonly number[]>> {
  const resources = pictures > 0 ? noisePictures(graph, pictures) : {};
  const { cuts } = await makePlan(findUnits(graph), request, runner, resources);
  return Object.fromEntries(cuts.map(({ unit, remove }) => [unit, remove]));
}

/** With some constants in place of others. */
const withNumbers = (graph: Graph, numbers: Readonly<Record<string, readonly number[]>>): Graph => ({
  ...graph,
  constants: new Map(
    [...graph.constants].map(([name, tensor]) => [
      name,
      numbers[name] ? { shape: tensor.shape, data: Float32Array.from(numbers[name]!) } : tensor,
    ]),
  ),
});

const keep = (value: number): Budget => ({ kind: "channels", value });

/** 1x1 convolutions in a row. */
function row(...widths: readonly number[]): Graph {
  const b = new GraphBuilder(2);
  let x = b.input("x", [1, 2, 4, 4]);
  widths.forEach((width, i) => (x = b.relu(`relu${i}`, b.conv(`conv${i}`, x, width, 1))));
  return b.build("row", [b.conv("last", x, 2, 1)]);
}

test("fpgm: the filter nearest to all others goes first, however large it is", async () => {
  // Filters are points of a plane: a cross, its middle moved far from the origin.
  const points = [10, 10, 11, 10, 9, 10, 10, 11.5, 10, 8];
  const graph = withNumbers(row(5), { "conv0.weight": points });
  assert.equal(await removed(graph, { method: "fpgm", keep: keep(0.8) }), { conv0: [0] });
  // Sums of distances to the others: 1 and 2 are 2 + 1 + ..., 3 lies 1.5 off, 4 lies 2 off.
  assert.equal(await removed(graph, { method: "fpgm", keep: keep(0.4) }), { conv0: [0, 1, 2] });
  assert.equal((await removed(graph, { method: "l1", keep: keep(0.8) })) as object, { conv0: [4] });
});

test("filters: weights that read removed channels do not count", async () => {
  // conv0 loses channel 1. Without what reads it conv1's channel 0 is the smaller one, with it channel 1.
  const weights = { "conv0.weight": [1, 1, 0.1, 0.1], "conv1.weight": [1, 9, 2, 1] };
  const graph = withNumbers(row(2, 2), weights);
  assert.equal(await removed(graph, { method: "filters", keep: keep(0.5) }), { conv0: [1], conv1: [0] });
  const independent = { method: "filters", keep: keep(0.5), options: { order: "independent" } };
  assert.equal(await removed(graph, independent), { conv0: [1], conv1: [1] });
  assert.equal(await removed(graph, { method: "l1", keep: keep(0.5) }), { conv0: [1], conv1: [1] });
  // All units compete: conv0's channel 1 has 0.18 of its layer's mean and goes first.
  const global = { method: "filters", keep: { kind: "macs", value: 0.55 } as const };
  assert.equal((await removed(graph, global))["conv0"], [1]);
});

function normed(): Graph {
  const b = new GraphBuilder(9);
  const x = b.relu("relu", b.batchNorm("bn", b.conv("conv", b.input("x", [1, 3, 8, 8]), 6, 3)));
  return b.build("normed", [b.conv("last", x, 2, 1)]);
}

test("bn-scale: smallest |gamma| first", async () => {
  const graph = withNumbers(normed(), { "bn.gamma": [0.5, -0.1, 2, -3, 0.2, 1] });
  assert.equal(await removed(graph, { method: "bn-scale", keep: keep(0.5) }), { conv: [0, 1, 4] });
});

test("bn-scale: folded, the deviations that gamma gave are found on pictures", async () => {
  // Each channel's filter reads one picture channel and one pixel: noise of deviation 1.
  const filter = Array.from({ length: 6 * 27 }, (_, i) => (i % 27 === (Math.floor(i / 27) % 3) * 9 + 4 ? 1 : 0));
  const gamma = [0.5, -0.1, 2, -3, 0.2, 1];
  const numbers = { "conv.weight": filter, "bn.gamma": gamma, "bn.variance": [1, 1, 1, 1, 1, 1] };
  const graph = foldBatchNorm(withNumbers(normed(), numbers));
  assert.equal(await removed(graph, { method: "bn-scale", keep: keep(0.5) }, 20), { conv: [0, 1, 4] });
  assert.equal(await removed(graph, { method: "bn-scale", keep: keep(0.4) }, 20), { conv: [0, 1, 4, 5] });
});

test("hrank: planes of planted ranks", async () => {
  // The picture's two planes: noise, of full rank. A plane's sum with its mirrored self would keep the rank, constants have 1.
  const b = new GraphBuilder(1);
  const x = b.conv("conv", b.input("x", [1, 2, 4, 4]), 4, 1, { bias: true });
  const graph = withNumbers(b.build("ranks", [b.conv("last", x, 2, 1)]), {
    // Zeros; a constant; noise; noise.
    "conv.weight": [0, 0, 0, 0, 1, 0, 0, 1],
    "conv.bias": [0, 3, 0, 0],
  });
  assert.equal(await removed(graph, { method: "hrank", keep: keep(0.75) }, 4), { conv: [0] });
  assert.equal(await removed(graph, { method: "hrank", keep: keep(0.5) }, 4), { conv: [0, 1] });
});

test.run();
