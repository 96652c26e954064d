import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findSlowPicks, formatMarkdown, formatReport, type KernelReport } from "../../bench/kernels/table.js";

const test = suite("bench/kernels table");

const row = (shape: string, kernel: string, ms: number, picked = false) => {
  return { shape, name: "somewhere", kernel, ms, gflops: 10 / ms, shareOfPeak: 1 / ms, picked };
};

const REPORT: KernelReport = {
  peakGflops: 36.61,
  engine: "node",
  version: "20 (V8 11)",
  build: "baseline",
  threads: 1,
  cpu: "Some Processor",
  runs: 15,
  date: "2026-01-02",
  rows: [
    row("A", "one", 1.2, true),
    row("A", "two", 1),
    row("B", "one", 1.09, true),
    row("B", "two", 1),
    row("C", "one", 2),
    row("C", "two", 1, true),
  ],
};

const HEADING = "node 20 (V8 11), baseline build, 1 thread; Some Processor; 2026-01-02; medians of 15 runs";

test("a pick is slow from more than 10 % on", () => {
  const slow = findSlowPicks(REPORT.rows).map(({ picked, best }) => [picked.shape, picked.kernel, best.kernel]);
  assert.equal(slow, [["A", "one", "two"]]);
});

test("for people: every kernel, a mark at the pick, slow picks at the end", () => {
  const lines = formatReport(REPORT).split("\n");
  assert.is(lines[0], `${HEADING}; peak 36.6 G flop/s`);
  assert.is(lines.filter((line) => / \* +\d/.test(line)).length, 3);
  assert.is(lines.at(-1), "A: one was picked, 1.20 ms; two takes 1.00 ms (1.20 times as fast)");
  const good = formatReport({ ...REPORT, rows: REPORT.rows.slice(2) });
  assert.match(good, /No pick is more than 10 % slower than the best kernel\.$/);
});

test("as Markdown: a row for each convolution, with what ran where and when", () => {
  const text = formatMarkdown(REPORT);
  assert.ok(text.startsWith(`${HEADING}; peak 36.6 G flop/s\n`));
  assert.match(text, "| A | `one` | 1.20 | 8.3 | 0.83 | `two`, 1.20 times as fast |\n");
  assert.match(text, "| C | `two` | 1.00 | 10.0 | 1.00 |  |\n");
});

test.run();
