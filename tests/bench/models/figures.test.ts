import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keyOf } from "../../../bench/circumstances.js";
import {
  type Figures,
  formatMarkdown,
  formatReport,
  geometricMean,
  type Report,
} from "../../../bench/models/figures.js";

const test = suite("bench/models/figures");

const ROW: Figures = {
  net: "resnet18",
  macs: 1_814_073_344,
  espalierMs: 100,
  espalierMinMs: 90,
  denseMacs: null,
  denseMs: null,
  denseMinMs: null,
  denseRatio: null,
  ortMs: 200,
  ortMinMs: 190,
  ortRatio: 2,
  tfjsMs: 110,
  tfjsMinMs: 100,
  tfjsRatio: 1.1,
  maxAbs: 1.2e-6,
  maxRelative: 1e-6,
  why: null,
};
const REPORT: Report = {
  engine: "node",
  version: "20.20.2 (V8 11.3)",
  build: "baseline",
  cpu: "a processor",
  threads: 1,
  runs: 15,
  date: "2026-11-22",
  peers: { ort: "1.30.0", tfjs: "4.22.0" },
  rows: [
    ROW,
    { ...ROW, net: "vgg16", ortRatio: 8, tfjsMs: null, tfjsMinMs: null, tfjsRatio: null, why: "tfjs: memory" },
  ],
};

test("the geometric mean of what is there", () => {
  assert.is(geometricMean([]), null);
  assert.is(geometricMean([null]), null);
  assert.ok(Math.abs(geometricMean([2, null, 8])! - 4) < 1e-12);
});

test("text: where and how, a row a network, the means last", () => {
  const lines = formatReport(REPORT).split("\n");
  assert.is(
    lines[0],
    "node 20.20.2 (V8 11.3), baseline build, 1 thread; a processor; 2026-11-22; medians of 15 runs; onnxruntime-web 1.30.0; tfjs-wasm 4.22.0",
  );
  assert.match(
    lines[2]!,
    /^network +multiply-adds +espalier +onnxruntime-web +ratio +tfjs-wasm +ratio +difference +missing/,
  );
  assert.match(lines[4]!, /^resnet18 +1\.81 G +100 ms +200 ms +2\.00x +110 ms +1\.10x +1e-6$/);
  assert.match(lines[5]!, /^vgg16 +1\.81 G +100 ms +200 ms +8\.00x +1e-6 +tfjs: memory$/);
  assert.match(lines.at(-1)!, /^geometric mean +4\.00x +1\.10x$/);
});

test("peers that nobody asked for have no columns", () => {
  const alone = { ...ROW, tfjsMs: null, tfjsMinMs: null, tfjsRatio: null };
  const text = formatReport({ ...REPORT, threads: 2, peers: { ort: "1.30.0" }, rows: [alone] });
  assert.not.match(text, /tfjs|missing|null|undefined/);
  assert.match(text, /2 threads/);
});

test("of pruned networks the dense form, too", () => {
  const pruned = { ...ROW, denseMacs: 3_628_146_688, denseMs: 190, denseMinMs: 180, denseRatio: 1.9 };
  const lines = formatReport({ ...REPORT, keep: "macs=0.5", rows: [pruned] }).split("\n");
  assert.match(lines[0]!, /baseline build, 1 thread, pruned by l1 to macs=0\.5; a processor/);
  assert.match(lines[2]!, /^network +multiply-adds +dense +espalier +dense +ratio +onnxruntime-web/);
  assert.match(lines[4]!, /^resnet18 +1\.81 G +3\.63 G +100 ms +190 ms +1\.90x +200 ms/);
  assert.match(lines.at(-1)!, /^geometric mean +1\.90x +2\.00x +1\.10x$/);
});

test("figures of pruned networks have a section of their own", () => {
  assert.is(keyOf(REPORT), "node baseline 1");
  assert.is(keyOf({ ...REPORT, keep: "macs=0.5" }), "node baseline 1 macs=0.5");
});

test("Markdown", () => {
  const lines = formatMarkdown(REPORT).split("\n");
  assert.is(lines[3], "| --- | --: | --: | --: | --: | --: | --: | --: | --- |");
  assert.is(lines[5], "| vgg16 | 1.81 G | 100 ms | 200 ms | 8.00x |  |  | 1e-6 | tfjs: memory |");
  assert.is(lines[6], "| geometric mean |  |  |  | 4.00x |  | 1.10x |  |  |");
});

test.run();
