import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createProgress, type ProgressOptions } from "../../src/report/progress.js";

const test = suite("report/progress");

/** A stream that keeps what is written and a clock that is set by hand. */
function bench(stream: { isTTY?: boolean; columns?: number }, options: Partial<ProgressOptions> = {}) {
  const clock = { time: 5000 };
  const written: string[] = [];
  const sink = { ...stream, write: (text: string) => written.push(text) };
  const progress = createProgress({
    label: "test",
    total: 100,
    unit: "pictures",
    stream: sink,
    now: () => clock.time,
    ...options,
  });
  const run = (from: number, to: number, step: number): void => {
    for (let done = from; done <= to; done++) {
      clock.time += step;
      progress.update(done);
    }
  };
  return { progress, written, run };
}

test("a terminal: one line, ten times a second at most", () => {
  const { progress, written, run } = bench({ isTTY: true, columns: 80 });
  run(1, 50, 10);
  assert.is(written.length, 5);
  assert.ok(written.every((text) => text.startsWith("\r") && !text.includes("\n")));
  assert.is(written[4], "\rtest 41/100 41%, 100 pictures/s, 1 s left\x1b[K");
  run(51, 100, 10);
  progress.finish();
  assert.is(written.at(-2), "\rtest 100/100 100%, 100 pictures/s, 1 s in all\x1b[K");
  assert.is(written.at(-1), "\n");
});

test("a narrow terminal is not overrun", () => {
  const { written, run } = bench({ isTTY: true, columns: 10 });
  run(1, 1, 10);
  assert.is(written[0], "\rtest 1/10\x1b[K");
});

test("elsewhere: whole lines, one in five seconds", () => {
  const { progress, written, run } = bench({});
  run(1, 100, 200);
  progress.finish();
  assert.is(written[0], "test 25/100 25%, 5 pictures/s, 15 s left\n");
  assert.is(written.length, 4);
  assert.is(written.at(-1), "test 100/100 100%, 5 pictures/s, 20 s in all\n");
});

test("what the job says of itself stands at the end; what was done before counts for no rate", () => {
  const { progress, written } = bench({ isTTY: true, columns: 100 }, { from: 50 });
  progress.update(50, () => "epoch 2/4");
  assert.is(written[0], "\rtest 50/100 50%; epoch 2/4\x1b[K");
});

test("a resumed job's rate, and a line that is taken away for a while", () => {
  const { progress, written, run } = bench({ isTTY: true, columns: 80 }, { from: 50 });
  run(51, 60, 100);
  assert.is(written.at(-1), "\rtest 60/100 60%, 10 pictures/s, 4 s left\x1b[K");
  progress.clear();
  assert.is(written.at(-1), "\r\x1b[K");
});

test("elsewhere a short job writes nothing", () => {
  const { progress, written, run } = bench({});
  run(1, 100, 10);
  progress.finish();
  assert.equal(written, []);
});

test("stopped early, the last state stays", () => {
  const { progress, written, run } = bench({ isTTY: true });
  run(1, 3, 10);
  progress.finish();
  assert.match(written.at(-2)!, "test 3/100 3%");
});

test("silent when disabled", () => {
  const { progress, written, run } = bench({ isTTY: true }, { enabled: false });
  run(1, 100, 100);
  progress.finish();
  assert.equal(written, []);
});

test("nothing to do", () => {
  const { progress, written } = bench({ isTTY: true }, { total: 0 });
  progress.update(0);
  progress.finish();
  assert.is(written[0], "\rtest 0/0\x1b[K");
});

test.run();
