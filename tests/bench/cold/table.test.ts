import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatCold } from "../../../bench/cold/table.js";

const test = suite("bench/cold/table");

test("each contender with how many times as long it takes as espalier", () => {
  const circumstances = { engine: "node 20", cpu: "a processor", date: "2026-01-01", runs: 11 };
  const text = formatCold({ espalierMs: 50, installedMs: 75, ortMs: 500, tfjsMs: 200, ...circumstances });
  assert.ok(
    text.startsWith("node 20, baseline build, 1 thread; a processor; 2026-01-01; medians of 11 fresh processes"),
  );
  for (const row of ["| espalier, as installed | 75.0 ms | 1.50x |", "| onnxruntime-web | 500 ms | 10.0x |"]) {
    assert.ok(text.includes(row), text);
  }
});

test.run();
