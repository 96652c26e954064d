import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatBytes, formatMacs, formatRatio, formatTime } from "../../web/figures.js";

const test = suite("web/figures");

test("three digits that count, and units that fit", () => {
  assert.equal([0.00123, 0.5, 1.234, 56.78, 987.6, 12_345, null].map(formatTime), [
    "1.23 µs",
    "500 µs",
    "1.23 ms",
    "56.8 ms",
    "988 ms",
    "12.3 s",
    "–",
  ]);
  assert.equal([12, 12_345, 999_600, 3e9].map(formatBytes), ["12 B", "12.3 kB", "1.00 MB", "3.00 GB"]);
  assert.equal([0, 40_551_040, 15.5e9].map(formatMacs), ["0", "40.6 M", "15.5 G"]);
  assert.equal([1, 1.999, null].map(formatRatio), ["1.00×", "2.00×", "–"]);
});

test.run();
