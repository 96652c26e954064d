import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BenchmarkReport } from "../../src/benchmark/index.js";
import { linkTo, reportIn } from "../../web/link.js";

const test = suite("web/link");

const layer = { name: "größer + relu", type: "convolution", kernel: "k", macs: 7, bytes: 8, milliseconds: 0.25 };
const REPORT: BenchmarkReport = {
  version: 1,
  date: "2026-01-01T00:00:00.000Z",
  platform: { agent: "Browser/1", cores: 8 },
  build: "relaxed",
  threads: 2,
  runs: 30,
  warmUpMs: 500,
  clockMs: null,
  networks: [
    {
      ...{ name: "dense", fileBytes: 1, peakBytes: 2, macs: 3, coldMs: 4, medianMs: 5, minMs: 6, p95Ms: null },
      ...{ speedRatio: 1, macsRatio: 1, layers: Array.from({ length: 40 }, () => layer) },
    },
  ],
};

test("a link holds the report, in letters that addresses take, and is short", async () => {
  const link = await linkTo(REPORT, "https://example.org/page?x=1#report=old");
  assert.match(link, /^https:\/\/example\.org\/page\?x=1#report=[\w-]+$/);
  assert.ok(link.length < JSON.stringify(REPORT).length / 4);
  assert.equal(await reportIn(link), REPORT);
});

test("an address without a report has none; one that was cut off, or is something else, is said to be", async () => {
  assert.is(await reportIn("https://example.org/page#top"), undefined);
  const link = await linkTo(REPORT, "https://example.org/");
  const other = await linkTo({ version: 2 } as unknown as BenchmarkReport, "https://example.org/");
  for (const broken of [link.slice(0, -20), "https://example.org/#report=%%", other]) {
    const message = await reportIn(broken).then(String, (error: Error) => error.message);
    assert.match(message, /the address holds no report/);
  }
});

test.run();
