import { suite } from "uvu";
import * as assert from "uvu/assert";
import { timeCurve } from "../../../src/prune/latency/time-curve.js";

const test = suite("prune/latency/time-curve");
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a}, expected ${b}`);

test("straight lines between the points and the layer as it is", () => {
  const at = timeCurve(
    [
      [0.6, 4],
      [0.2, 1],
    ],
    8,
  );
  near(at(0.2), 1);
  near(at(0.4), 2.5);
  near(at(0.6), 4);
  near(at(0.8), 6);
  near(at(1), 8);
});

test("below the least share nothing more is gained, and without a point nothing at all", () => {
  near(timeCurve([[0.3, 2]], 8)(0.1), 2);
  near(timeCurve([], 8)(0.1), 8);
});

test("less is never slower: not than more, nor than the layer as it is", () => {
  const at = timeCurve(
    [
      [0.1, 3],
      [0.3, 2],
      [0.5, 7.9],
      [0.7, 9],
      [1, 5],
    ],
    8,
  );
  near(at(0.3), 3);
  near(at(0.5), 8);
  near(at(0.7), 8);
  near(at(1), 8);
  let last = 0;
  for (let share = 0; share <= 1; share += 1 / 64) {
    assert.ok(at(share) >= last);
    last = at(share);
  }
});

test.run();
