import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatSizes } from "../../../bench/size/table.js";

const test = suite("bench/size/table");

test("a row a program, whose last figure is its first code and the first engine together", () => {
  const text = formatSizes({
    runtimeGz: 27_000,
    engines: [
      { name: "baseline", wasmBytes: 39_000, gz: 12_000 },
      { name: "relaxed", wasmBytes: 40_000, gz: 13_000 },
    ],
    apps: [{ name: "classifier", firstGz: 27_000, wholeGz: 29_500 }],
  });
  assert.ok(text.includes("| classifier | 27.0 kB | 29.5 kB | 39.0 kB |"), text);
  assert.ok(text.includes("| relaxed | 40.0 kB | 13.0 kB |"), text);
});

test.run();
