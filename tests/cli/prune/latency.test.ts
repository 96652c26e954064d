import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatLatencyTable } from "../../../src/benchmark/latency-table.js";
import { thisPlatform } from "../../../src/cli/latency-table.js";
import { fakeTable } from "../../prune/fake-latency.js";
import { json, refuses, succeeds } from "../command-line.js";
import { filesToPrune } from "./pruned-files.js";

const test = suite("cli/prune, latency");
const { folder, graph, onnx } = filesToPrune();
const path = folder.at("ms.json");
const table = await fakeTable(graph);
writeFileSync(path, formatLatencyTable(table));
const TABLE = ["--latency-table", path];

test("another device's table decides, and is believed", async () => {
  const { ms, units, macs } = await json("prune", onnx, "--keep", "ms=0.6", ...TABLE);
  assert.equal(Object.keys(ms).sort(), ["after", "before", "error", "predicted", "rounds"]);
  assert.equal([ms.after, ms.error, ms.rounds], [null, null, 1]);
  assert.ok(ms.predicted <= 0.6 * ms.before);
  assert.ok(
    macs.after < macs.before && units.some((unit: { before: number; after: number }) => unit.after < unit.before),
  );
  const text = await succeeds("prune", onnx, "--keep", "ms=0.6", ...TABLE);
  assert.match(text, /time of a run +\S+ .?s -> \S+ .?s \(\d+\.\d%\), both by the table: it is another device's/);
  assert.is((await json("prune", onnx, "--keep", "macs=0.6")).ms, null);
});

test("this machine's table is held against the machine", async () => {
  const own = folder.at("own.json");
  writeFileSync(own, formatLatencyTable({ ...table, platform: thisPlatform() }));
  const { ms } = await json("prune", onnx, "--keep", "ms=0.9", "--latency-table", own);
  for (const time of [ms.before, ms.after, ms.predicted]) assert.ok(time > 0);
  assert.ok(Math.abs(ms.error - (ms.predicted / ms.after - 1)) < 1e-9);
  assert.ok(ms.rounds >= 1 && ms.rounds <= 4);
});

test("methods that change layers otherwise than in width time them here, and refuse another device's table", async () => {
  const words = ["prune", onnx, "--method", "magnitude", "--only", "layer2.0.conv1", "--keep"];
  // More than it takes, so that it does not depend on this machine what goes.
  const { ms, layers } = await json(...words, "ms=1000ms");
  for (const time of [ms.before, ms.after, ms.predicted]) assert.ok(time > 0);
  assert.equal([ms.rounds, layers], [1, []]);
  await refuses(
    folder.path,
    [...words, "ms=0.9", ...TABLE],
    2,
    /--keep: layers can be timed only on the device at hand/,
  );
});

test("amounts, and how much goes from where", async () => {
  const { before } = (await json("prune", onnx, "--keep", "ms=1", ...TABLE)).ms;
  const { ms } = await json("prune", onnx, "--keep", `ms=${(before / 2).toFixed(4)}ms`, ...TABLE);
  assert.ok(ms.predicted <= before / 2 && ms.predicted > 0.4 * before);
  const plans: string[] = [];
  for (const allocate of ["latency", "uniform", "score"]) {
    const { units } = await json("prune", onnx, "--keep", "ms=0.6", "--allocate", allocate, ...TABLE);
    plans.push(JSON.stringify(units));
  }
  assert.is(new Set(plans).size, 3);
});

test("what cannot be asked for", async () => {
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["prune", onnx, ...words], code, message);
  await check(2, /--latency-table: has no use without --keep ms=/, "--keep", "macs=0.5", ...TABLE);
  await check(2, /--keep: "ms=0ms": expected/, "--keep", "ms=0ms");
  await check(2, /allows .* ms, but with one channel left/, "--keep", "ms=0.001", ...TABLE);
  await check(2, /--threads: has no use without --recover/, "--keep", "ms=0.5", ...TABLE, "--threads", "2");
  const missing = ["--latency-table", folder.at("none.json")];
  await check(5, /none\.json: there is no such file/, "--keep", "ms=0.5", ...missing);
  const damaged = (text: string) => {
    writeFileSync(folder.at("damaged.json"), text);
    return ["--keep", "ms=0.5", "--latency-table", folder.at("damaged.json")];
  };
  await check(4, /damaged\.json: is no JSON; expected what bench --latency-table writes/, ...damaged("{"));
  await check(4, /damaged\.json: not a latency table/, ...damaged("{}"));
  await check(4, /damaged\.json: grid 0: expected/, ...damaged(JSON.stringify({ ...table, grids: [{}] })));
  const foreign = damaged(JSON.stringify({ ...table, grids: table.grids.slice(1) }));
  await check(2, /the latency table has no "convolution .*measure one for this network/, ...foreign);
});

test.run();
