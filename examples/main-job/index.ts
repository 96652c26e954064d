/** `npm start`: the job of compare.ts, its table, and its report as one HTML file. */
import { renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { renderReport, type Comparison, type Variant } from "../../src/index.js";
import { createProgress, type Progress } from "../../src/report/progress.js";
import { formatTable } from "../../src/report/table.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage, formatRatio } from "../../src/report/units.js";
import { compareOnGlyphs, MAIN_JOB, SAMPLES } from "./compare.js";

const REPORT = "espalier-report.html";

const percentage = (fraction: number | undefined) => (fraction === undefined ? "" : formatPercentage(fraction));

function row(variant: Variant, dense: Variant) {
  const { name, accuracy, medianMs, macs, parameters, bytes, peakBytes } = variant;
  return {
    network: name,
    "as cut": percentage(accuracy.asCut),
    statistics: percentage(accuracy.statistics),
    "fine-tuned": percentage(accuracy.fineTuned),
    median: formatMilliseconds(medianMs),
    speed: formatRatio(dense.medianMs / medianMs),
    "by multiply-adds": formatRatio(dense.macs / macs),
    parameters: formatCount(parameters),
    file: formatBytes(bytes),
    memory: formatBytes(peakBytes),
  };
}

function table({ dense, variants }: Comparison): string {
  const rows = [dense, ...variants].map((variant) => row(variant, dense));
  const align = (key: string) => (key === "network" ? ("left" as const) : ("right" as const));
  return formatTable(
    rows,
    Object.keys(rows[0]!).map((key) => ({ key, align: align(key) })),
  );
}

const began = performance.now();
let progress: Progress | undefined;
const comparison = await compareOnGlyphs(MAIN_JOB, (what, seen, total) => {
  progress ??= createProgress({ label: "training", total, unit: "pictures" });
  progress.update(seen, () => what);
});
progress?.finish();
const path = resolve(REPORT);
writeFileSync(`${path}.tmp`, await renderReport(comparison));
renameSync(`${path}.tmp`, path);

console.log(`
${comparison.title}: accuracy on ${MAIN_JOB.testPictures} test pictures as cut, with batch-norm statistics estimated anew on ${SAMPLES} pictures
without labels, and after ${MAIN_JOB.fineTuneEpochs} epochs of fine-tuning; milliseconds of one thread, measured in turn.

${table(comparison)}

The report, one file to open or to send: ${path}
All of it took ${((performance.now() - began) / 1000).toFixed(0)} s. On a network and pictures of your own:

  npx espalier inspect model.onnx
  npx espalier prune model.onnx --keep macs=0.5 --recover finetune --data images:folder --epochs 5 -o half.onnx
  npx espalier bench model.onnx half.onnx`);
