import { suite } from "uvu";
import * as assert from "uvu/assert";
import { drawSpeedups } from "../../../bench/sparse/curves.js";
import type { SparseRow } from "../../../bench/sparse/measure.js";
import * as networks from "../../../bench/sparse/networks-table.js";
import {
  breakEven,
  findSlowPicks,
  formatMarkdown,
  formatReport,
  type SparseReport,
} from "../../../bench/sparse/table.js";

const test = suite("bench/sparse table");

function row(shape: string, sparsity: number, ms: number, more: Partial<SparseRow> = {}): SparseRow {
  const [kind, kernel, denseKernel, denseMs] = ["unstructured", "thin", "thick", 2] as const;
  const speedup = denseMs / ms;
  const picked = { picked: kernel, pickedMs: ms, runsDense: false };
  return {
    kind,
    shape,
    pattern: String(sparsity),
    sparsity,
    kernel,
    ms,
    denseKernel,
    denseMs,
    speedup,
    ...picked,
    ...more,
  };
}

const DENSE = { picked: "thick", pickedMs: 2.4, runsDense: true };

const REPORT: SparseReport = {
  engine: "node",
  version: "20 (V8 11)",
  build: "baseline",
  threads: 1,
  cpu: "Some Processor",
  runs: 15,
  date: "2026-01-02",
  rows: [
    row("A", 0.5, 2.5, DENSE),
    row("A", 0.9, 0.5),
    row("B", 0.5, 1.9, DENSE),
    row("B", 0.9, 1),
    row("C", 0.5, 2.5),
    row("C", 0.9, 2.1),
    row("A", 0.4, 1.5, { kind: "gather", smallerMs: 1.2 }),
  ],
};

const HEADING = "node 20 (V8 11), baseline build, 1 thread; Some Processor; 2026-01-02; medians of 15 runs";

test("it pays from where the line between two measured speed-ups passes 1", () => {
  const at = (...speedups: number[]) =>
    breakEven(speedups.map((speedup, i) => row("A", (i + 1) / 4, 2 / speedup)).reverse());
  assert.is(at(0.5, 1.5, 2), 0.375);
  assert.is(at(2, 0.5, 1.5), 0.625);
  assert.is(at(1.1, 1.2), 0);
  assert.is(at(0.5, 0.9), undefined);
});

test("a pick is slow that runs dense or sparse what should run the other way, by more than 10 %", () => {
  const slow = findSlowPicks(REPORT.rows).map(({ shape, sparsity }) => [shape, sparsity]);
  assert.equal(slow, [["C", 0.5]]);
  assert.is(findSlowPicks([row("B", 0.5, 1.5, DENSE)]).length, 1);
});

test("for people: a row each, a mark for what is picked, slow picks at the end", () => {
  const lines = formatReport(REPORT).split("\n");
  assert.is(lines[0], HEADING);
  assert.is(lines.filter((line) => / d$/.test(line)).length, 2);
  assert.match(lines.at(-1)!, /^unstructured 0\.5, C: thin was picked, 2\.50 ms; the best takes 2\.00 ms \(1\.25x\)$/);
  assert.match(formatReport({ ...REPORT, rows: REPORT.rows.slice(0, 2) }), /No pick is more than 10 % slower/);
});

test("as Markdown: a table a kind, a row a convolution, a column a pattern, and from where on it pays", () => {
  const text = formatMarkdown(REPORT);
  assert.ok(text.startsWith(`${HEADING}\n`));
  assert.match(text, "| A | 2.00 | `thick` | 0.800x d | 4.00x | 0.53 |\n");
  assert.match(text, "| B | 2.00 | `thick` | 1.05x d | 2.00x | below 0.50 |\n");
  assert.match(text, "| C | 2.00 | `thick` | 0.800x | 0.952x | never |\n");
  assert.match(text, "| A | 2.00 | `thick` | 1.33x (0.800x) | below 0.40 |\n");
  assert.match(text, /in 1 of 7 rows\.$/);
});

test("curves: one chart a kind, a line for each convolution in it, a break-even line, a legend", async () => {
  const svg = await drawSpeedups(REPORT);
  assert.is(svg.match(/<svg /g)!.length, 1 + 2 + 1);
  assert.match(svg, "speed-up over the dense convolution, unstructured");
  assert.match(svg, "<title>A: 4.00x at 90%</title>");
  for (const shape of ["A", "B", "C"]) assert.match(svg, `>${shape}</text>`);
  assert.is(svg.match(/stroke-dasharray="4 3"/g)!.length, 2);
  assert.ok(svg.length < 20_000, `${svg.length} characters`);
});

test("networks: what is sparse, how much went, what it gives", () => {
  const net = { net: "resnet", sparse: "half", sparsity: 0.5, ms: 10, denseMs: 13, speedup: 1.3, kernels: { thin: 4 } };
  const report = { ...REPORT, rows: [net] };
  assert.match(networks.formatMarkdown(report), "| resnet | half | 50% | 13.0 ms | 10.0 ms | 1.30x | 4 thin |");
  assert.ok(networks.formatReport(report).startsWith(HEADING));
});

test.run();
