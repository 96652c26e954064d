import { suite } from "uvu";
import * as assert from "uvu/assert";
import { benchmark, type BenchmarkOptions } from "../../src/benchmark/index.js";
import { compile } from "../../src/compile/encode.js";
import { resnet } from "../../src/models/index.js";
import { load, type Session } from "../../src/runtime/index.js";

const test = suite("benchmark");

const [dense, thin] = [8, 4].map((width) => new Uint8Array(compile(resnet({ depth: 8, width })))) as [
  Uint8Array,
  Uint8Array,
];
const CANDIDATES = [
  { name: "dense", network: dense },
  { name: "thin", network: thin },
];
const QUICK: BenchmarkOptions = { runs: 5, warmUpMs: 1, build: "baseline" };

test("a report holds what was asked for, and survives JSON", async () => {
  const report = await benchmark(load, CANDIDATES, QUICK);
  assert.equal(JSON.parse(JSON.stringify(report)), report);
  assert.equal([report.version, report.build, report.threads, report.runs], [1, "baseline", 1, 5]);
  assert.equal(
    report.networks.map(({ name }) => name),
    ["dense", "thin"],
  );
  assert.ok(report.clockMs! > 0 && !Number.isNaN(Date.parse(report.date)));
});

test("figures of a network are those of its session, times in their order", async () => {
  const [first, second] = (await benchmark(load, CANDIDATES, QUICK)).networks;
  const session = await load(thin, { build: "baseline" });
  const { macs, peakBytes, fileBytes } = second!;
  assert.equal(
    { macs, peakBytes, fileBytes },
    { macs: session.macs, peakBytes: session.peakBytes, fileBytes: thin.length },
  );
  assert.equal(
    second!.layers.map(({ name, macs, bytes }) => ({ name, macs, bytes })),
    session.layers.map(({ name, macs, bytes }) => ({ name, macs, bytes })),
  );
  for (const { minMs, medianMs, p95Ms, coldMs, layers } of [first!, second!]) {
    assert.ok(0 < minMs! && minMs! <= medianMs! && medianMs! <= p95Ms! && coldMs! > 0);
    assert.ok(layers.every(({ milliseconds }) => milliseconds! >= 0));
  }
  assert.is(second!.macsRatio, first!.macs / second!.macs);
  assert.is(second!.speedRatio, first!.medianMs! / second!.medianMs!);
  assert.is(first!.speedRatio, 1);
});

test("every round runs every network once; sessions are disposed of", async () => {
  const sessions: Session[] = [];
  const counts: number[] = [];
  const counting = async (...given: Parameters<typeof load>) => {
    const session = await load(...given);
    const run = session.run.bind(session);
    const i = sessions.push(session) - 1;
    session.run = (inputs) => ((counts[i] = (counts[i] ?? 0) + 1), run(inputs));
    return session;
  };
  const stages: string[] = [];
  await benchmark(counting, CANDIDATES, { ...QUICK, runs: 20, warmUpMs: 0, onStage: (stage) => stages.push(stage) });
  // One cold run, three that warm up, twenty rounds.
  assert.equal(counts, [24, 24]);
  assert.ok(sessions.every((session) => throws(() => session.profile({}))));
  assert.equal([...new Set(stages)].slice(0, 2), ["loading dense", "loading thin"]);
});

function throws(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return (error as Error).message.includes("disposed");
  }
}

test("where the clock stands still times are not known, and counters are", async () => {
  const { now } = performance;
  performance.now = () => 5;
  try {
    const report = await benchmark(load, CANDIDATES, QUICK);
    assert.is(report.clockMs, null);
    for (const { medianMs, coldMs, speedRatio, macsRatio, layers } of report.networks) {
      assert.equal([medianMs, coldMs, speedRatio], [null, null, null]);
      assert.ok(macsRatio >= 1 && layers.every(({ milliseconds, macs }) => milliseconds === null && macs >= 0));
    }
  } finally {
    performance.now = now;
  }
});

test("nothing to measure, and a network that is none, are refused; what was loaded is let go", async () => {
  const message = (promise: Promise<unknown>) => promise.then(String, ({ message: text }: Error) => text);
  assert.match(await message(benchmark(load, [])), /expected a network or more, got none/);
  assert.match(await message(benchmark(load, CANDIDATES, { runs: 0 })), /runs: expected 1 or more, got 0/);
  const broken = { name: "broken", network: dense.subarray(0, 500) };
  assert.match(await message(benchmark(load, [CANDIDATES[0]!, broken], QUICK)), /bytes announced/);
});

test.run();
