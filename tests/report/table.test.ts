import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatTable } from "../../src/report/table.js";

const test = suite("report/table");

test("numbers to the right, words to the left", () => {
  const rows = [
    { layer: "conv1", macs: 442368, note: "" },
    { layer: "fc", macs: 640, note: "kept" },
  ];
  assert.is(
    formatTable(rows, ["layer", "macs", "note"]),
    ["layer    macs  note", "-----  ------  ----", "conv1  442368", "fc        640  kept"].join("\n"),
  );
});

test("titles, formats and sides", () => {
  const columns = [
    { key: "name", align: "right" as const },
    { key: "gain", title: "faster", align: "right" as const, format: (value: string | number) => `${value}x` },
  ];
  assert.is(
    formatTable([{ name: "a", gain: 1.5 }], columns),
    ["name  faster", "----  ------", "   a    1.5x"].join("\n"),
  );
});

test("missing cells stay empty, and do not turn a column of numbers", () => {
  assert.is(
    formatTable([{ a: 1, b: "x" }, { b: "y" }, { a: 100 }], ["a", "b"]),
    ["  a  b", "---  -", "  1  x", "     y", "100"].join("\n"),
  );
  assert.is(formatTable([{}], ["constructor"]), "constructor\n-----------\n");
});

test("no rows", () => {
  assert.is(formatTable([], ["a", "b"]), "a  b\n-  -");
});

test("characters are counted, not code units", () => {
  assert.is(formatTable([{ a: "😀", b: 1 }], ["a", "b"]), "a  b\n-  -\n😀  1");
});

test.run();
