import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatSizes } from "../../../bench/size/table.js";

const test = suite("bench/size/table");

test("a row a page and a row an engine", () => {
  const page = { name: "a classifier", scriptGz: 24_000, files: 5, withEngineGz: 39_000, wholeGz: 36_500 };
  const text = formatSizes({
    pages: [{ ...page, promised: true }],
    engines: [{ name: "relaxed", wasmBytes: 40_000, gz: 13_000 }],
  });
  assert.ok(text.includes("| a classifier | 24.0 kB in 5 | 39.0 kB | 36.5 kB |"), text);
  assert.ok(text.includes("| relaxed | 40.0 kB | 13.0 kB |"), text);
});

test.run();
