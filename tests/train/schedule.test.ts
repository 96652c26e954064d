import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SCHEDULES, scheduleOf } from "../../src/train/schedule.js";

const schedule = suite("train/schedule");

const rates = (name: string, warmUp = 0) => {
  const rate = scheduleOf({ name, learningRate: 0.2, steps: 100, warmUp });
  return Array.from({ length: 100 }, (_, step) => rate(step));
};

schedule("all begin at the rate that was asked for, and none rises", () => {
  for (const name of SCHEDULES) {
    const list = rates(name);
    assert.is(list[0], 0.2);
    list.forEach((rate, i) => assert.ok(rate > 0 && (i === 0 || rate <= list[i - 1]!), `${name} at ${i}`));
  }
});

schedule("half way cosine has half of it, step a tenth from there, polynomial a quarter", () => {
  assert.ok(Math.abs(rates("cosine")[50]! - 0.1) < 1e-12);
  assert.equal(
    [49, 50, 74, 75].map((step) => rates("step")[step]!.toFixed(4)),
    ["0.2000", "0.0200", "0.0200", "0.0020"],
  );
  assert.ok(Math.abs(rates("polynomial")[50]! - 0.05) < 1e-12);
  assert.is(rates("constant")[99], 0.2);
});

schedule("warm-up rises in a straight line, and the schedule begins behind it", () => {
  const list = rates("cosine", 10);
  assert.equal(
    list.slice(0, 11).map((rate) => rate.toFixed(3)),
    ["0.020", "0.040", "0.060", "0.080", "0.100", "0.120", "0.140", "0.160", "0.180", "0.200", "0.200"],
  );
  assert.ok(list[99]! < 0.001);
});

schedule("what there is not is refused", () => {
  assert.throws(
    () => scheduleOf({ name: "cyclic", learningRate: 1, steps: 10 }),
    /there is constant, cosine, step, polynomial/,
  );
  for (const learningRate of [0, -1, NaN, Infinity]) {
    assert.throws(() => scheduleOf({ name: "cosine", learningRate, steps: 10 }), /above 0/);
  }
  assert.throws(() => scheduleOf({ name: "cosine", learningRate: 1, steps: 10, warmUp: 10 }), /fewer warm-up steps/);
});

schedule.run();
