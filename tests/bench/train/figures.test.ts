import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  formatMarkdown,
  formatReport,
  keyOf,
  lossDifference,
  NOT_ASKED,
  peerRates,
  rateOf,
  type Report,
} from "../../../bench/train/figures.js";

const test = suite("bench/train/figures");

const OURS = [
  rateOf({ medianMs: 800, minMs: 640, cpuMs: 700 }, 1, 64, 2),
  rateOf({ medianMs: 400, minMs: 400, cpuMs: 900 }, 2, 64, 2),
];
const REPORT: Report = {
  net: "resnet20_32",
  batch: 64,
  engine: "node",
  version: "20.20.2 (V8 11.3)",
  build: "baseline",
  cpu: "a processor",
  date: "2026-11-22",
  steps: 2,
  rounds: 15,
  rows: OURS,
  peers: {
    pytorch: {
      imagesPerSecond: 320,
      version: "2.0",
      threads: 1,
      batch: 64,
      lossDifference: 1e-6,
      rows: peerRates([rateOf({ medianMs: 400, minMs: 390, cpuMs: 350 }, 1, 64, 2)], 64, OURS, 64),
    },
    tfjs: { imagesPerSecond: null, reason: "no package" },
    "tfjs-wasm": { imagesPerSecond: null, reason: NOT_ASKED },
  },
  gradientShare: 0.6,
  profile: null,
  memoryBytes: 1e8,
};

test("a round's time as images a second and time of a step", () => {
  assert.equal(OURS[0], { threads: 1, imagesPerSecond: 160, stepMs: 400, minStepMs: 320, cpuStepMs: 350 });
});

test("a peer stands beside espalier with as many threads", () => {
  const theirs = [1, 4].map((threads) => rateOf({ medianMs: 200, minMs: 190, cpuMs: 350 }, threads, 32, 2));
  assert.equal(
    peerRates(theirs, 32, OURS, 64).map(({ ratio, cpuRatio }) => [ratio, cpuRatio]),
    [
      [0.5, 1],
      [null, null],
    ],
  );
});

test("the largest difference of losses, as a share", () => {
  assert.ok(Math.abs(lossDifference([2, 1.1], [2, 1]) - 0.1) < 1e-12);
  assert.is(lossDifference([2], [2, 1]), Infinity);
});

test("text: where and how, a row each, who is missing and why", () => {
  const lines = formatReport(REPORT).split("\n");
  assert.is(
    lines[0],
    "resnet20_32; node 20.20.2 (V8 11.3), baseline build; a processor; 2026-11-22; medians of 15 rounds of 2 steps",
  );
  assert.match(lines[4]!, /^espalier +1 +64 +160 +400 ms +350 ms$/);
  assert.match(lines[5]!, /^espalier +2 +64 +320 +200 ms +450 ms$/);
  assert.match(lines[6]!, /^PyTorch 2\.0 +1 +64 +320 +200 ms +0\.500x +175 ms +0\.500x$/);
  assert.is(lines.at(-1), "tfjs, its JavaScript back end is not there: no package");
  assert.not.match(lines.join("\n"), /wasm|not asked|null|undefined/);
});

test("Markdown, with where the time goes if that was asked for", () => {
  const profile = [
    {
      part: "filter gradients",
      ms: 100,
      share: 0.25,
      kernels: [
        { kernel: "FilterGradient", records: 9, ms: 90 },
        { kernel: "SumFilterGradient", records: 9, ms: 10 },
      ],
    },
  ];
  const lines = formatMarkdown({ ...REPORT, profile }).split("\n");
  assert.is(lines[2], "| trained by | threads | batch | images a second | a step | ratio | on processors | ratio |");
  assert.is(lines[4], "| espalier | 1 | 64 | 160 | 400 ms |  | 350 ms |  |");
  assert.ok(
    lines.includes("| filter gradients | 100 ms | 25.0% | FilterGradient 90.0 ms, SumFilterGradient 10.0 ms |"),
    lines.join("\n"),
  );
  assert.is(keyOf(REPORT), "resnet20_32 node baseline");
});

test.run();
