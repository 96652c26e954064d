import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawReport } from "../../../bench/prune/chart.js";
import { jobsFor, type Row } from "../../../bench/prune/rows.js";
import {
  bestAtHalfTheTime,
  formatMarkdown,
  formatReport,
  type PruneReport,
  rankedAt,
} from "../../../bench/prune/table.js";
import { pruneOptions } from "../../../bench/prune/options.js";
import { RequestError } from "../../../src/errors.js";
import { METHODS } from "../../../src/prune/methods/index.js";

const test = suite("bench/prune");

const named = (...names: readonly string[]) => pruneOptions.methods.read(names.join());

const ROW: Row = {
  method: "l1",
  budget: 0.5,
  allocate: null,
  recover: "none",
  macs: 20e6,
  parameters: 140e3,
  bytes: 560e3,
  medianMs: 0.7,
  ratio: 2,
  top1: 0.6,
  kl: 1.25,
  seconds: 2.5,
  why: null,
};
const REFUSED: Row = {
  ...ROW,
  method: "sampler",
  macs: null,
  parameters: null,
  bytes: null,
  medianMs: null,
  ratio: null,
  top1: null,
  kl: null,
  seconds: null,
  why: "no branch | to sample",
};
const REPORT: PruneReport = {
  model: "net.onnx",
  set: "pictures",
  pictures: 100,
  engine: "node",
  version: "20",
  build: "baseline",
  cpu: "a processor",
  date: "2026-11-26",
  runs: 30,
  samples: 1000,
  dense: { macs: 40e6, parameters: 270e3, bytes: 1.1e6, medianMs: 1.4, top1: 0.9 },
  rows: [ROW, { ...ROW, recover: "statistics", top1: 0.8 }, { ...ROW, budget: 0.7, medianMs: 1, top1: 0.88 }, REFUSED],
};

test("every method at every budget with every recovery, by multiply-adds where it can be asked for them", () => {
  const jobs = jobsFor(named("l1", "random"), [0.7, 0.5], ["none", "statistics"]);
  assert.is(jobs.length, 8);
  const { contender, ...rest } = jobs[1]!;
  assert.equal(rest, { keep: "macs=0.7", budget: 0.7, recover: "statistics" });
  assert.is(contender.method.name, "l1");
});

test("methods are typed with options of theirs, or all at once", () => {
  const [plain, sampled] = named("greedy", "greedy+sampler=on+blocks=keep");
  assert.equal([plain!.name, plain!.options], ["greedy", {}]);
  assert.equal(sampled!.options, { sampler: "on", blocks: "keep" });
  assert.is(sampled!.name, "greedy+sampler=on+blocks=keep");
  assert.equal(named("n:m+pattern=1:4")[0]!.options, { pattern: "1:4" });
  const all = named("all", "greedy+sampler=on").map(({ name }) => name);
  assert.equal(all, [...METHODS.map(({ name }) => name), "greedy+sampler=on"]);
  for (const [words, message] of [
    ["magic", /magic/],
    ["l1+sampler=on", /^--sampler: is no option of method l1/],
    ["greedy+sampler=maybe", /^--sampler: "maybe": expected one of off, on$/],
    ["greedy+sampler", /^--methods: "sampler": expected option=value$/],
  ] as const)
    assert.throws(
      () => named(words),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
    );
});

test("milliseconds are asked of every method, also of those that need no budget", () => {
  const budgets = pruneOptions.budgets.read("0.7,ms=0.5");
  assert.equal(budgets, [0.7, "ms=0.5"]);
  const jobs = jobsFor(named("l1", "surgery"), budgets, ["none"]);
  assert.equal(
    jobs.map(({ contender, keep, budget }) => [contender.name, keep, budget]),
    [
      ["l1", "macs=0.7", 0.7],
      ["l1", "ms=0.5", "ms=0.5"],
      ["surgery", undefined, null],
      ["surgery", "ms=0.5", "ms=0.5"],
    ],
  );
  for (const words of ["1.5", "ms=0", "half", ""])
    assert.throws(
      () => pruneOptions.budgets.read(words),
      (error: unknown) => error instanceof RequestError,
    );
});

test("at equal milliseconds methods are ranked by the best of their rows that met them", () => {
  const asked = { ...ROW, budget: "ms=0.5" };
  const rows = [
    ...REPORT.rows,
    { ...asked, top1: 0.7 },
    { ...asked, top1: 0.65, recover: "statistics" },
    { ...asked, method: "greedy", top1: 0.75, recover: "least-squares", medianMs: 0.73 },
    { ...asked, method: "rows", top1: 0.89, medianMs: 0.75 },
    { ...REFUSED, budget: "ms=0.5" },
  ] as const;
  assert.equal(
    rankedAt("ms=0.5", { ...REPORT, rows }).map(({ method, top1 }) => [method, top1]),
    [
      ["greedy", 0.75],
      ["l1", 0.7],
    ],
  );
  const text = formatReport({ ...REPORT, rows });
  assert.match(
    text,
    /\nAsked for ms=0\.5, greedy wins: greedy \(least-squares\) 75\.0%, l1 \(none\) 70\.0%\. The standard error of an accuracy is 4\.3%\.\n/,
  );
  const none = formatReport({ ...REPORT, rows: [{ ...asked, medianMs: 1 }] });
  assert.match(none, /\nAsked for ms=0\.5, none of them met it\.\n/);
});

test("the table has the dense network first, figures that are there, and why others are not", () => {
  const lines = formatReport(REPORT).split("\n");
  assert.match(
    lines[0]!,
    /^net\.onnx: 90\.0% of 100 pictures of pictures, 40\.0 M multiply-adds, .* medians of 30 runs/,
  );
  assert.match(lines[4]!, /^dense .* 1\.00x .* 90\.0%$/);
  assert.match(lines[5]!, /^l1 .* 0\.5 .* none .* 2\.00x .* 60\.0% .* 1\.3 .* 2\.5 s$/);
  assert.match(lines[8]!, /^sampler +0\.5 +none +no branch \| to sample$/);
  assert.not(formatReport({ ...REPORT, rows: [ROW] }).includes("shared out"));
});

test("Markdown has the same rows", () => {
  const lines = formatMarkdown(REPORT).split("\n");
  assert.is(lines[2]!.split("|").length, lines[3]!.split("|").length);
  assert.match(
    lines.find((line) => line.startsWith("| sampler"))!,
    /no branch \\\| to sample \|$/,
  );
});

test("the best of those that take half the time or less, but for what clocks do not tell", () => {
  assert.is(bestAtHalfTheTime(REPORT)!.recover, "statistics");
  assert.match(
    formatReport(REPORT),
    /the best is l1, asked for 0\.5, recovery statistics: 80\.0% in 700 µs \(2\.00x\)\.$/,
  );
  assert.is(bestAtHalfTheTime({ ...REPORT, rows: [{ ...ROW, medianMs: 0.74 }, REFUSED] }), undefined);
});

test("the picture draws each method's best row of each budget, and says which is which", async () => {
  const svg = await drawReport(REPORT);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="736"/);
  assert.is(svg.match(/<title>l1 /g)?.length, 4);
  assert.match(svg, /l1 0\.5 statistics: 80\.0%/);
  assert.match(svg, />l1<\/text>/);
  assert.not.match(svg, /sampler/);
  assert.match(svg, /prefers-color-scheme: dark/);
});

test.run();
