import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lossesOf } from "../../../src/prune/latency/losses.js";

const test = suite("prune/latency/losses");
const near = (a: readonly number[], b: readonly number[]) =>
  a.forEach((v, i) => assert.ok(Math.abs(v - b[i]!) < 1e-12));

test("-log of the share of scores that stays, for each channel of each producer", () => {
  const losses = lossesOf([1, 2, 3], { producers: ["a"] });
  near(losses, [0, -4 * Math.log(8 / 9), -4 * Math.log(6 / 9), -4 * Math.log(3 / 9)]);
  near(
    lossesOf([1, 2, 3], { producers: ["a", "b"] }),
    losses.map((loss) => 2 * loss),
  );
  near(lossesOf([1, 2, 3], { producers: [] }), losses);
});

test("of scores that say nothing all channels are worth the same", () => {
  near(
    lossesOf([0, 0, 0], { producers: ["a"] }),
    [0, 1, 2, 3].map((removed) => -4 * Math.log(1 - removed / 4)),
  );
});

test("finite and increasing whatever the scores", () => {
  for (const scores of [
    [0, 0, 5],
    [-1, 0, 2],
    [1e-30, 1e30],
    [0, 1],
  ]) {
    const losses = lossesOf(scores, { producers: ["a"] });
    losses.forEach((loss, i) => assert.ok(Number.isFinite(loss) && loss >= (losses[i - 1] ?? 0), losses.join()));
  }
});

test.run();
