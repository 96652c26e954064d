import { suite } from "uvu";
import * as assert from "uvu/assert";
import { race } from "../../bench/race.js";

const test = suite("bench/race");

test("each round runs every contender once, and not always in the same order", async () => {
  const calls: number[] = [];
  const times = await race(
    [0, 1, 2].map((i) => () => calls.push(i)),
    { runs: 20, warmUpMs: 0 },
  );
  assert.is(times.length, 3);
  for (const { minMs, medianMs } of times) assert.ok(0 <= minMs && minMs <= medianMs);
  const rounds = Array.from({ length: 20 }, (_, round) => calls.slice(calls.length - 60 + 3 * round).slice(0, 3));
  for (const round of rounds) assert.equal(round.toSorted(), [0, 1, 2]);
  assert.ok(new Set(rounds.map(String)).size > 2);
});

test("waits for what is promised, warms up first, and rests in front of each run where asked", async () => {
  let [calls, running] = [0, 0];
  const run = async () => {
    assert.is(running++, 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    calls++;
  };
  const begin = performance.now();
  const [times] = await race([run], { runs: 3, warmUpMs: 10, restMs: 5 });
  assert.ok(times!.minMs >= 1, `${times!.minMs} ms`);
  assert.ok(calls >= 3 + 2);
  assert.ok(performance.now() - begin >= 10 + 3 * (5 + 2) - 5);
});

test.run();
