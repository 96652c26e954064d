import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Latency, measureLatency, randomInputs } from "../../src/measure/latency.js";
import { openGraph } from "../../src/measure/runner.js";
import { GraphBuilder, vgg } from "../../src/models/index.js";

const test = suite("measure/latency");
const small = () => openGraph(vgg({ layers: [4, "pool", 4, "pool"], size: 8, hidden: [4], classes: 3 }));

function ordered({ medianMs, minMs, p95Ms }: Latency): void {
  for (const value of [medianMs, minMs, p95Ms]) assert.ok(Number.isFinite(value) && value >= 0, String(value));
  assert.ok(minMs <= medianMs && medianMs <= p95Ms, `${minMs}, ${medianMs}, ${p95Ms}`);
}

test("one row a network, in their order", async () => {
  const sessions = [await small(), await small(), await small()];
  const latencies = measureLatency(sessions, { runs: 9, warmUpMs: 1 });
  assert.is(latencies.length, 3);
  latencies.forEach(ordered);
  assert.equal(Object.keys(latencies[0]!).sort(), ["medianMs", "minMs", "p95Ms", "relative"]);
  assert.is(latencies[0]!.relative, 1);
  assert.ok(latencies.every(({ relative }) => relative > 0));
});

test("a single round is all three figures", async () => {
  const [latency] = measureLatency([await small()], { runs: 1, warmUpMs: 0 });
  assert.is(latency!.minMs, latency!.medianMs);
  assert.is(latency!.minMs, latency!.p95Ms);
});

test("networks take turns", async () => {
  const sessions = [await small(), await small()];
  const calls: number[] = [];
  const watched = sessions.map(({ inputs, run, ...rest }, i) => ({
    ...rest,
    inputs,
    run: (given: Parameters<typeof run>[0]) => (calls.push(i), sessions[i]!.run(given)),
  })) as unknown as typeof sessions;
  measureLatency(watched, { runs: 4, warmUpMs: 0 });
  assert.equal(calls.splice(0), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1], "each once to warm up, then in turn");
  measureLatency(watched, { runs: 2, warmUpMs: 0, warm: true });
  assert.equal(calls, [0, 1, 0, 0, 1, 1, 0, 0, 1, 1], "behind a run of its own");
});

test("progress counts rounds", async () => {
  const seen: number[] = [];
  measureLatency([await small()], { runs: 3, warmUpMs: 0, onProgress: (done) => seen.push(done) });
  assert.equal(seen, [1, 2, 3]);
});

test("inputs are the same each time, between -1 and 1, one for each input", async () => {
  const b = new GraphBuilder(1);
  const sum = b.node("sum", "add", {}, [b.input("a", [1, 4]), b.input("b", [1, 4])]);
  const session = await openGraph(b.build("two", [sum]));
  const inputs = randomInputs(session);
  assert.equal(Object.keys(inputs), ["a", "b"]);
  assert.equal(inputs, randomInputs(session));
  assert.not.equal(inputs["a"], inputs["b"]);
  for (const numbers of Object.values(inputs)) assert.ok(numbers.every((v) => v >= -1 && v < 1));
});

test.run();
