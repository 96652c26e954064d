import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareOnGlyphs, MAIN_JOB } from "../examples/main-job/compare.js";
import { renderReport } from "../src/index.js";

const mainJob = suite("main-job");

mainJob("trains, prunes, fine-tunes and measures every network of its plan, and reports them", async () => {
  const seen: number[] = [];
  const plan = { ...MAIN_JOB, pictures: 256, testPictures: 50, epochs: 1, fineTuneEpochs: 1, rounds: 3 };
  const small = { ...plan, methods: ["l1"], budgets: ["macs=0.5"] };
  const comparison = await compareOnGlyphs(small, (_, images) => seen.push(images));
  const { dense, variants } = comparison;
  assert.equal(
    variants.map(({ name }) => name),
    ["l1, macs=0.5"],
  );
  const [half] = variants;
  assert.ok(half!.macs <= dense.macs / 2 && half!.bytes < dense.bytes && half!.parameters < dense.parameters);
  for (const { accuracy, medianMs, layers, history } of [dense, half!]) {
    assert.ok(accuracy.fineTuned! >= 0 && medianMs > 0 && layers.length > 0);
    assert.is(history!.length, 1);
  }
  assert.ok(half!.accuracy.asCut! >= 0 && half!.accuracy.statistics! >= 0);
  assert.ok(half!.units.some(({ before, after }) => after < before));
  assert.is(seen.at(-1), 2 * 256);
  assert.match(await renderReport(comparison), /l1, macs=0\.5/);
});

mainJob.run();
