import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type SavingOption, saveAtLeast } from "../../../src/prune/latency/knapsack.js";
import { uniform } from "../../../src/random.js";

const test = suite("prune/latency/knapsack");

const sum = (units: readonly (readonly SavingOption[])[], chosen: readonly number[], key: keyof SavingOption) =>
  chosen.reduce((total, option, unit) => total + units[unit]![option]![key], 0);

/** The least loss of all combinations that save enough. */
function tryAll(units: readonly (readonly SavingOption[])[], needed: number): number {
  const [first, ...rest] = units;
  if (!first) return needed <= 0 ? 0 : Infinity;
  return Math.min(...first.map(({ saved, lost }) => lost + tryAll(rest, needed - saved)));
}

test("as good as trying everything", () => {
  const next = uniform(5);
  for (let round = 0; round < 30; round++) {
    // Savings that are whole parts of what is needed, so that nothing is rounded.
    const units = Array.from({ length: 5 }, () => {
      const steps = Array.from({ length: 3 }, () => ({ saved: Math.ceil(60 * next()), lost: next() }));
      return [{ saved: 0, lost: 0 }, ...steps];
    });
    const chosen = saveAtLeast(units, 125)!;
    const least = tryAll(units, 125);
    if (least === Infinity) assert.is(chosen, undefined);
    else {
      assert.ok(sum(units, chosen, "saved") >= 125);
      assert.ok(Math.abs(sum(units, chosen, "lost") - least) < 1e-12);
    }
  }
});

test("rounding never saves too little", () => {
  const next = uniform(6);
  for (let round = 0; round < 30; round++) {
    const units = Array.from({ length: 8 }, () => [
      { saved: 0, lost: 0 },
      { saved: next(), lost: next() },
    ]);
    const chosen = saveAtLeast(units, 2);
    if (chosen) assert.ok(sum(units, chosen, "saved") >= 2);
  }
});

test("what slows down saves nothing, and too little is told", () => {
  assert.equal(
    saveAtLeast(
      [
        [
          { saved: 0, lost: 0 },
          { saved: -1, lost: -1e-9 },
          { saved: 2, lost: 1 },
        ],
      ],
      1,
    ),
    [2],
  );
  assert.is(
    saveAtLeast(
      [
        [
          { saved: 0, lost: 0 },
          { saved: 1, lost: 1 },
        ],
      ],
      2,
    ),
    undefined,
  );
});

test.run();
