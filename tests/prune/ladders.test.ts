import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { chooseRungs, type Ladder } from "../../src/prune/ladders.js";
import { uniform } from "../../src/random.js";
import { fails } from "./expect-error.js";

const test = suite("prune/ladders");

const costOf = (ladders: readonly Ladder[], rungs: readonly number[]): number =>
  ladders.reduce((sum, { costs }, i) => sum + costs[rungs[i]!]!, 0);
const fit = (ladders: readonly Ladder[], value: number, scope: "global" | "local" = "global") =>
  chooseRungs(
    ladders,
    costOf(
      ladders,
      ladders.map(() => 0),
    ),
    { kind: "macs", value },
    scope,
  );

test("steps that lose least for what they save come first", () => {
  const ladders: Ladder[] = [
    { layer: "a", costs: [9, 4, 1], losses: [0, 5, 20] },
    { layer: "b", costs: [9, 4, 1], losses: [0, 1, 5] },
  ];
  assert.equal(fit(ladders, 18), [0, 0]);
  assert.equal(fit(ladders, 17), [0, 1]);
  assert.equal(fit(ladders, 12), [1, 1]);
  assert.equal(fit(ladders, 8), [1, 1]);
  assert.equal(fit(ladders, 7), [1, 2]);
  assert.equal(fit(ladders, 2), [2, 2]);
});

test("a rung off the hull is skipped on the way down, and taken where it is what fits", () => {
  const ladders: Ladder[] = [{ layer: "a", costs: [10, 6, 1], losses: [0, 9, 10] }];
  assert.equal(fit(ladders, 7), [1]);
  assert.equal(fit(ladders, 5), [2]);
});

test("local: each layer loses the same share", () => {
  const tenths = Array.from({ length: 10 }, (_, i) => 10 - i);
  const ladders: Ladder[] = [
    { layer: "a", costs: tenths.map((n) => 10 * n), losses: tenths.map((_, i) => i) },
    { layer: "b", costs: tenths, losses: tenths.map((_, i) => 100 * i) },
  ];
  assert.equal(fit(ladders, 0.5, "local"), [5, 5]);
  assert.equal(fit(ladders, 0.5), [6, 0]);
});

test("in the end no ladder could climb", () => {
  const next = uniform(3);
  for (let round = 0; round < 200; round++) {
    const ladders = Array.from({ length: 1 + Math.floor(6 * next()) }, (_, l): Ladder => {
      const rungs = Array.from({ length: 2 + Math.floor(5 * next()) }, () => 1 + Math.floor(40 * next()));
      const costs = [...new Set(rungs)].sort((a, b) => b - a);
      const losses = costs.map(() => next()).sort((a, b) => a - b);
      return { layer: `layer ${l % 2}`, costs, losses };
    });
    const least = costOf(
      ladders,
      ladders.map(({ costs }) => costs.length - 1),
    );
    const full = costOf(
      ladders,
      ladders.map(() => 0),
    );
    const allowed = Math.max(2, least + Math.floor((full - least) * next()));
    for (const scope of ["global", "local"] as const) {
      const rungs = fit(ladders, allowed, scope);
      assert.ok(costOf(ladders, rungs) <= allowed);
      rungs.forEach((rung, i) => {
        for (let higher = 0; higher < rung; higher++) assert.ok(costOf(ladders, rungs.with(i, higher)) > allowed);
      });
    }
  }
});

test("too little says what can be reached", async () => {
  const ladders: Ladder[] = [{ layer: "a", costs: [9, 4], losses: [0, 1] }];
  await fails(
    () => fit(ladders, 3),
    RequestError,
    /^--keep: macs=3 allows 3, .* ask for 4 or more, or let more layers/,
  );
});

test.run();
