/** Allocation against trying every choice. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  allocateByLevel,
  allocateByLoss,
  type LayerOption,
  optionOfShare,
  sumOfCosts,
} from "../../src/prune/allocation.js";
import { uniform } from "../../src/random.js";

const test = suite("prune/allocation");

/** Layers with options that cost more the less they lose, as curves that bend this way or that. */
function layers(seed: number, count: number, most: number): LayerOption[][] {
  const next = uniform(seed);
  return Array.from({ length: count }, () => {
    const [size, bend] = [1 + Math.floor(next() * most), 0.5 + 2 * next()];
    const cost = 1 + Math.floor(20 * next());
    const weight = next();
    return Array.from({ length: size }, (_, i) => ({
      cost: cost * (i + 1),
      loss: weight * (1 - (i + 1) / size) ** bend,
    }));
  });
}

const lossOf = (list: readonly LayerOption[][], choice: readonly number[]) =>
  choice.reduce((sum, option, l) => sum + list[l]![option]!.loss, 0);

function* all(list: readonly LayerOption[][]): Generator<number[]> {
  if (list.length === 0) return yield [];
  for (const rest of all(list.slice(1))) for (const [i] of list[0]!.entries()) yield [i, ...rest];
}

test("the budget is met, no better option still fits, and the best choice loses hardly less", () => {
  let [found, best] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    const list = layers(seed, 4, 6);
    const spent = sumOfCosts(list);
    const costs = [...all(list)].map(spent);
    for (const share of [0.1, 0.3, 0.6, 0.9, 1]) {
      const [least, most] = [Math.min(...costs), Math.max(...costs)];
      const allowed = least + share * (most - least);
      const choice = allocateByLoss(list, allowed)!;
      assert.ok(spent(choice) <= allowed);
      list.forEach((options, l) =>
        options.forEach(({ cost, loss }) => {
          const now = options[choice[l]!]!;
          if (loss < now.loss) assert.ok(spent(choice) + cost - now.cost > allowed, `layer ${l} can have more`);
        }),
      );
      const possible = [...all(list)].filter((other) => spent(other) <= allowed);
      found += lossOf(list, choice);
      best += Math.min(...possible.map((other) => lossOf(list, other)));
    }
    assert.is(
      lossOf(list, allocateByLoss(list, Math.max(...costs))!),
      Math.min(...[...all(list)].map((c) => lossOf(list, c))),
    );
    assert.is(allocateByLoss(list, Math.min(...costs) - 1), undefined);
  }
  assert.ok(found <= 1.1 * best, `${found} lost, ${best} at best`);
});

test("by level: the same share of each layer, as much as fits", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const list = layers(seed, 5, 12);
    const spent = sumOfCosts(list);
    const full = spent(list.map((options) => options.length - 1));
    const least = spent(list.map(() => 0));
    for (const share of [0.2, 0.5, 0.8, 1]) {
      const allowed = least + share * (full - least);
      const choice = allocateByLevel(list, allowed, (l, level) => optionOfShare(list[l]!, level))!;
      assert.ok(spent(choice) <= allowed);
      if (share === 1) assert.is(spent(choice), full);
      // Some level gives every layer no more than it got.
      const levels = list.map((options, l) => options[choice[l]!]!.cost / options.at(-1)!.cost);
      assert.ok(levels.every((level) => level > 0 && level <= 1));
    }
    assert.is(
      allocateByLevel(list, least - 1, (l, level) => optionOfShare(list[l]!, level)),
      undefined,
    );
  }
});

test("a share that no option has is rounded down, but not to nothing", () => {
  const options = [
    { cost: 2, loss: 5 },
    { cost: 4, loss: 3 },
    { cost: 10, loss: 0 },
  ];
  assert.equal(
    [0, 0.2, 0.39, 0.4, 0.99, 1].map((share) => optionOfShare(options, share)),
    [0, 0, 0, 1, 1, 2],
  );
});

test.run();
