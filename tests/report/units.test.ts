import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as units from "../../src/report/units.js";

const test = suite("report/units");

type Cases<Value> = readonly (readonly [value: Value, text: string])[];

function check(format: (value: number) => string, cases: Cases<number>): void {
  for (const [value, text] of cases) assert.is(format(value), text);
}

test("counts", () => {
  check(units.formatCount, [
    [0, "0"],
    [7, "7"],
    [999, "999"],
    [1000, "1.00 k"],
    [12.34, "12.3"],
    [40_812_345, "40.8 M"],
    [272_474, "272 k"],
    [999_499, "999 k"],
    [999_999, "1.00 M"],
    [1.5e12, "1.50 T"],
    [3e16, "30000 T"],
    [-2_500_000, "-2.50 M"],
    [NaN, "-"],
  ]);
});

test("bytes", () => {
  check(units.formatBytes, [
    [0, "0 B"],
    [812, "812 B"],
    [1000, "1.00 kB"],
    [1_060_000, "1.06 MB"],
    [2 ** 30, "1.07 GB"],
  ]);
});

test("milliseconds", () => {
  check(units.formatMilliseconds, [
    [0, "0 ms"],
    [3.2, "3.20 ms"],
    [0.85, "850 µs"],
    [0.001, "1.00 µs"],
    [0.0000005, "0.500 ns"],
    [1, "1.00 ms"],
    [999.9, "1.00 s"],
    [12_500, "12.5 s"],
    [Infinity, "-"],
  ]);
});

test("times in one unit, that of the longest", () => {
  check(units.sameUnitOfTime([1.5, 0.774, NaN]), [
    [1.5, "1.50 ms"],
    [0.774, "0.77 ms"],
    [NaN, "-"],
  ]);
  check(units.sameUnitOfTime([0.0923, 0.0331]), [[0.0331, "33.1 µs"]]);
  check(units.sameUnitOfTime([0.136]), [[0.0831, "83 µs"]]);
  check(units.sameUnitOfTime([12_500]), [[300, "0.3 s"]]);
  check(units.sameUnitOfTime([]), [[0, "0.00 ns"]]);
});

test("whole numbers", () => {
  check(units.formatWhole, [
    [7, "7"],
    [1000, "1,000"],
    [1234567, "1,234,567"],
  ]);
});

test("ratios and percentages", () => {
  check(units.formatRatio, [
    [1.834, "1.83x"],
    [12, "12.0x"],
    [1234, "1230x"],
    [0.5, "0.500x"],
    [Infinity, "-"],
    [NaN, "-"],
  ]);
  check(
    (value) => units.formatPercentage(value),
    [
      [0.915, "91.5%"],
      [1, "100.0%"],
      [0, "0.0%"],
      [NaN, "-"],
    ],
  );
  assert.is(units.formatPercentage(0.9173, 2), "91.73%");
});

test("durations", () => {
  check(units.formatDuration, [
    [0, "0 s"],
    [41.6, "42 s"],
    [59.7, "1 min 00 s"],
    [185, "3 min 05 s"],
    [7620, "2 h 07 min"],
    [Infinity, "-"],
  ]);
});

test.run();
