import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  checkLatencyTable,
  formatLatencyTable,
  interpolate,
  type LatencyTable,
} from "../../src/benchmark/latency-table.js";
import { DataError } from "../../src/errors.js";

const test = suite("benchmark/latency-table");

const TABLE: LatencyTable = {
  espalierLatency: 1,
  date: "2026-01-02T03:04:05.678Z",
  version: "1.2.3",
  platform: { agent: "a device", cores: 4, processor: "a processor" },
  build: "baseline",
  threads: 1,
  network: "net",
  milliseconds: 2,
  overheadMs: 0.1,
  multiple: 2,
  grids: [
    {
      form: "square",
      widths: [
        [2, 4, 8],
        [1, 3],
      ],
      milliseconds: [2, 6, 4, 12, 8, 24],
    },
    { form: "each channel", widths: [[4, 8]], milliseconds: [1, 3] },
    { form: "picture", widths: [[3], [4, 8]], milliseconds: [6, 12] },
  ],
  rates: [{ form: "binary add", nanosecondsPerElement: 1.5 }],
};

test("a table survives being written", () => {
  assert.equal(checkLatencyTable(JSON.parse(formatLatencyTable(TABLE)), "t.json"), TABLE);
  const { version: _, ...without } = TABLE;
  assert.equal(checkLatencyTable(JSON.parse(formatLatencyTable(without)), "t.json"), without);
  assert.is(
    formatLatencyTable(TABLE)
      .split("\n")
      .filter((line) => line.startsWith('    {"form"')).length,
    4,
  );
});

test("between widths times are linear along each axis, and go on behind the last", () => {
  const [square, each, picture] = TABLE.grids as [
    (typeof TABLE.grids)[0],
    (typeof TABLE.grids)[0],
    (typeof TABLE.grids)[0],
  ];
  // The first grid is the product of its widths.
  for (const [a, b] of [
    [2, 1],
    [8, 3],
    [3, 2],
    [5, 1],
    [6, 3],
    [1, 2],
    [10, 4],
  ]) {
    assert.ok(Math.abs(interpolate(square, [a!, b!]) - a! * b!) < 1e-12, `${a} x ${b}`);
  }
  assert.is(interpolate(each, [6, 6]), 2, "what it writes follows what it reads");
  assert.is(interpolate(each, [1, 1]), 0, "never below nothing");
  assert.is(interpolate(picture, [3, 6]), 9);
  assert.is(interpolate(picture, [1, 6]), 3, "of one width in proportion");
});

const DAMAGED: readonly (readonly [what: string, change: (table: any) => unknown, message: RegExp])[] = [
  ["no object", () => 7, /not a latency table: expected/],
  ["nothing", () => null, /not a latency table/],
  ["another version", (t) => ({ ...t, espalierLatency: 2 }), /not a latency table/],
  ["no date", (t) => ({ ...t, date: 5 }), /expected date, network and platform/],
  ["no platform", (t) => ({ ...t, platform: undefined }), /expected date, network and platform/],
  ["a build that is none", (t) => ({ ...t, build: "fast" }), /build is neither/],
  ["threads", (t) => ({ ...t, threads: 0 }), /threads and multiple/],
  ["multiple", (t) => ({ ...t, multiple: 1.5 }), /threads and multiple/],
  ["no time", (t) => ({ ...t, milliseconds: 0 }), /milliseconds and overheadMs/],
  ["negative time", (t) => ({ ...t, overheadMs: -1 }), /milliseconds and overheadMs/],
  ["no grids", (t) => ({ ...t, grids: {} }), /lists of grids and rates/],
  ["too few times", (t) => ({ ...t, grids: [{ ...t.grids[0], milliseconds: [1, 2] }] }), /grid 0: expected/],
  ["widths that do not increase", (t) => ({ ...t, grids: [{ ...t.grids[1], widths: [[8, 8]] }] }), /grid 0: expected/],
  [
    "widths of nothing",
    (t) => ({ ...t, grids: [{ ...t.grids[1], widths: [[]], milliseconds: [] }] }),
    /grid 0: expected/,
  ],
  [
    "three axes",
    (t) => ({ ...t, grids: [{ form: "f", widths: [[1], [1], [1]], milliseconds: [1] }] }),
    /grid 0: expected/,
  ],
  ["a time that is none", (t) => ({ ...t, grids: [{ ...t.grids[1], milliseconds: [1, null] }] }), /grid 0: expected/],
  ["a hole", (t) => ({ ...t, grids: [null] }), /grid 0: expected/],
  ["a rate that is none", (t) => ({ ...t, rates: [{ form: "x" }] }), /rate 0: expected/],
  [
    "one form twice",
    (t) => ({ ...t, rates: [{ form: "square", nanosecondsPerElement: 1 }] }),
    /"square" is there twice/,
  ],
];

for (const [what, change, message] of DAMAGED) {
  test(`refused: ${what}`, () => {
    try {
      checkLatencyTable(change(TABLE), "t.json");
    } catch (error) {
      assert.instance(error, DataError);
      assert.match((error as Error).message, message);
      assert.match((error as Error).message, /^t\.json: /);
      return;
    }
    assert.unreachable("was taken");
  });
}

test.run();
