import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evolve, resample } from "../../src/prune/particle-filter.js";
import { uniform } from "../../src/random.js";

const test = suite("prune/particle-filter");

/** A hidden order of numbers; the error is the share that is out of place, a neighbour has two exchanged. */
function puzzle(seed: number, particles: number, rounds: number) {
  const hidden = [3, 1, 4, 0, 5, 2];
  return {
    start: [0, 1, 2, 3, 4, 5] as readonly number[],
    disturb(state: readonly number[], next: () => number) {
      const [a, b] = [Math.floor(next() * 6), Math.floor(next() * 6)];
      return state.map((v, i) => (i === a ? state[b]! : i === b ? state[a]! : v));
    },
    errorOf: async (state: readonly number[]) => state.filter((v, i) => v !== hidden[i]).length / 6,
    ...{ seed, particles, rounds },
  };
}

test("what is looked for is found, by the same steps for the same seed", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const found = await evolve(puzzle(seed, 40, 40));
    assert.equal(found, [3, 1, 4, 0, 5, 2]);
    assert.equal(await evolve(puzzle(seed, 5, 3)), await evolve(puzzle(seed, 5, 3)));
  }
});

test("nothing worse than the start is returned, and no round is none", async () => {
  const away = {
    ...puzzle(1, 5, 5),
    errorOf: async (state: readonly number[]) => (state.every((v, i) => v === i) ? 0 : 1),
  };
  assert.equal(await evolve(away), away.start);
  assert.equal(await evolve(puzzle(1, 5, 0)), [0, 1, 2, 3, 4, 5]);
});

test("states are drawn in proportion to their weights", () => {
  const weighed = [
    { state: "a", weight: 1 },
    { state: "b", weight: 0 },
    { state: "c", weight: 3 },
    { state: "d", weight: 0 },
  ];
  const next = uniform(1);
  for (let i = 0; i < 20; i++) assert.equal(resample(weighed, next()), ["a", "c", "c", "c"]);
  assert.equal(resample([{ state: "only", weight: 1e-300 }], 0.999), ["only"]);
});

test.run();
