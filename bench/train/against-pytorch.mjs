/**
 * `node bench/train/against-pytorch.mjs [--json]`: two training steps, on three pairs of batches, of a small ResNet (batch norm, strides, option-A shortcuts)
 * on espalier and on PyTorch, same weights, same batches: losses, gradients, running statistics, and the weights behind SGD with
 * momentum and weight decay that spares biases and norms. Errors are shares of each tensor's largest number in PyTorch's float64;
 * PyTorch's own float32 stands beside them. Fails where espalier is further away than 1e-4, or there is no PyTorch.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { findTorch } from "./python.mjs";

const TOLERANCE = 1e-4;
const BATCH = 16;
/**
 * Where a relu's input is within rounding of 0, two arithmetics may decide differently, and gradients in front of it are apart by
 * a pixel's worth, 1e-3 or so. That is chance; a mistake shows in most trials, so each tensor has the median of them.
 */
const TRIALS = 3;
const STEPS = 2;

await setup();
const { randomBatch, rolesOf, RULE, writeTask } = await import("../../dist/bench/train/task.js");
const { errorsOf, medianOf, takeResults, worstOf } = await import("../../dist/bench/train/results.js");
const { resnet } = await import("../../dist/src/models/index.js");
const { withConstants } = await import("../../dist/src/train/parameters.js");
const { sgd, TrainingStep } = await import("../../dist/src/train/index.js");
const { normal } = await import("../../dist/src/random.js");
const { formatTable } = await import("../../dist/src/report/table.js");

const torch = findTorch();
if (!torch.program) {
  console.error(`against-pytorch: ${torch.reason}`);
  process.exit(1);
}
const graph = withDrawnNorms(resnet({ depth: 8, width: 8, size: 16 }));
const { roles, classes } = rolesOf(graph);
const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
try {
  const trials = [];
  for (let trial = 0; trial < TRIALS; trial++) trials.push(await compare([1, 2].map((step) => STEPS * trial + step)));
  report(medianOf(trials));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Of two steps on the batches of these seeds. */
async function compare(seeds) {
  const batches = seeds.map((seed) => randomBatch(graph, BATCH, classes, seed));
  writeTask(folder, graph, batches);
  const exact = pytorch("float64", batches);
  const [ours, theirs] = [errorsOf(await espalier(batches), exact), errorsOf(pytorch("float32", batches), exact)];
  return ours.map(({ name, error }, i) => ({ name, espalier: error, pytorch: theirs[i].error }));
}

/** Norms and running statistics as a trained network has them, so that a mistake about one shows. */
function withDrawnNorms(plain) {
  const next = normal(7);
  const { roles: plainRoles } = rolesOf(plain);
  const names = [...plain.constants.keys()].filter((name) => ["norm", "statistic"].includes(plainRoles.get(name)));
  const drawn = names.map((name) => {
    const around = Math.min(...plain.constants.get(name).data) > 0 ? 1 : 0;
    return [
      name,
      Float32Array.from(plain.constants.get(name).data, () => Math.max(around - 0.5, around + 0.2 * next())),
    ];
  });
  return withConstants(plain, new Map(drawn));
}

/** The same list as `pytorch.py step` writes. */
async function espalier(batches) {
  const step = await TrainingStep.open(graph, { batch: BATCH, optimiser: sgd(RULE) });
  const gradients = new Map(step.parameters.map(({ name, gradient }) => [name, gradient]));
  return batches.flatMap(({ images, labels }, i) => {
    const { loss } = step.run(images, labels);
    const before = new Map([...gradients].map(([name, gradient]) => [name, Float64Array.from(gradient)]));
    step.update(RULE.learningRate, i + 1);
    const { constants } = step.trained();
    const numbers = [...constants].flatMap(([name, { data }]) => {
      const after = { name: `step ${i + 1}: ${name}`, values: Float64Array.from(data) };
      const gradient = { name: `step ${i + 1}: gradient of ${name}`, values: before.get(name) };
      return gradient.values ? [gradient, after] : [after];
    });
    return [{ name: `step ${i + 1}: loss`, values: Float64Array.of(loss) }, ...numbers];
  });
}

function pytorch(precision, batches) {
  const words = [inRoot("bench/train/pytorch.py"), "step", folder, precision];
  const { status } = spawnSync(torch.program, words, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(1);
  return takeResults(graph, roles, batches.length, readFileSync(join(folder, `${precision}.bin`)));
}

function report(rows) {
  const worst = worstOf(rows);
  if (process.argv.includes("--json")) console.log(JSON.stringify({ ...worst, rows }));
  else {
    const format = (value) => Number(value).toExponential(1);
    const columns = [
      { key: "name", title: "tensor", align: "left" },
      ...["espalier", "pytorch"].map((key) => ({ key, format })),
    ];
    console.log(formatTable([...rows, { name: "largest", ...worst }], columns));
  }
  if (!(worst.espalier <= TOLERANCE)) process.exitCode = 1;
}
