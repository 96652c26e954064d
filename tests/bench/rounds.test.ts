import { suite } from "uvu";
import * as assert from "uvu/assert";
import { playRounds, runFor, summarise } from "../../bench/rounds.js";

const test = suite("bench/rounds");

test("each contender has the median and the least of the times that it gave", async () => {
  const times = [
    [5, 1, 4, 2, 3],
    [10, 10, 30, 30, 20],
  ];
  const given = times.map((each) => [...each]);
  const summaries = await playRounds(
    given.map((each) => () => each.shift()!),
    { runs: 5 },
  );
  assert.equal(summaries, [
    { medianMs: 3, minMs: 1 },
    { medianMs: 20, minMs: 10 },
  ]);
  assert.equal(given, [[], []]);
  assert.equal(summarise(times[0]!), summaries[0]);
});

test("runs for so long, and at least once", async () => {
  let runs = 0;
  assert.equal(await runFor(() => ++runs, 0), [1]);
  const begin = performance.now();
  const times = await runFor(() => ++runs, 5);
  assert.ok(performance.now() - begin >= 5);
  assert.is(times.at(-1), runs);
});

test.run();
