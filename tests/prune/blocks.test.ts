/** The blocks that well-known networks are made of, whole, and trained networks that have them: half the work goes, the rest agrees. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { GraphBuilder } from "../../src/models/index.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { checkEquality } from "../../src/prune/equality.js";
import { prune, type PruneResult } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { channels, classifier, concat, reshape, SIZE, transpose } from "./architectures.js";

const test = suite("prune/blocks");

const DATA = process.env["ESPALIER_DATA"];
const TRAINED = ["super_resolution_10", "ultraface_version-RFB-320", "ultraface_version-RFB-320_simplified"];

const KEEP = { kind: "macs", value: 0.5 } as const;
const RUNNER = runtimeRunner({ build: "baseline" });

type Body = (b: GraphBuilder, x: string) => string;

const convNorm = (b: GraphBuilder, name: string, x: string, oc: number, kernel: number, groups = 1) =>
  b.batchNorm(`${name}.bn`, b.conv(name, x, oc, kernel, { groups }));

const convNormRelu = (b: GraphBuilder, name: string, x: string, oc: number, kernel: number) =>
  b.relu(`${name}.relu`, convNorm(b, name, x, oc, kernel));

function convSilu(b: GraphBuilder, name: string, x: string, oc: number, kernel: number): string {
  return b.node(`${name}.silu`, "silu", { alpha: 1 }, [convNorm(b, name, x, oc, kernel)]);
}

/** One half passes, the other goes through; both are dealt out like cards (Ma et al. 2018). */
function shuffleUnit(b: GraphBuilder, name: string, x: string): string {
  const half = b.shapeOf(x)[1]! / 2;
  const passed = channels(b, `${name}.passed`, x, 0, half);
  const taken = channels(b, `${name}.taken`, x, half, 2 * half);
  const wide = convNormRelu(b, `${name}.first`, taken, half, 1);
  const deep = convNorm(b, `${name}.depthwise`, wide, half, 3, half);
  const both = concat(b, `${name}.concat`, [passed, convNormRelu(b, `${name}.last`, deep, half, 1)]);
  const cards = reshape(b, `${name}.cards`, both, [1, 2, half, SIZE, SIZE]);
  const mixed = transpose(b, `${name}.mixed`, cards, [0, 2, 1, 3, 4]);
  return reshape(b, `${name}.joined`, mixed, [1, 2 * half, SIZE, SIZE]);
}

function shuffleNet(b: GraphBuilder, x: string): string {
  const units = ["unit1", "unit2"].reduce((y, name) => shuffleUnit(b, name, y), convNormRelu(b, "stem", x, 16, 3));
  return convNormRelu(b, "head", units, 24, 1);
}

/** A sigmoid gate for each channel, over a residual block (Hu et al. 2018). */
function squeezeExcite(b: GraphBuilder, x: string): string {
  const trunk = convNormRelu(b, "stem", x, 12, 3);
  const inner = convNorm(b, "second", convNormRelu(b, "first", trunk, 16, 3), 12, 3);
  const mean = b.node("mean", "global-average-pool", {}, [inner]);
  const squeezed = b.relu("squeeze.relu", b.conv("squeeze", mean, 6, 1, { bias: true }));
  const gate = b.node("gate", "sigmoid", {}, [b.conv("excite", squeezed, 12, 1, { bias: true })]);
  const sum = b.node("sum", "add", {}, [b.node("gated", "mul", {}, [inner, gate]), trunk]);
  return convNormRelu(b, "head", sum, 16, 1);
}

/** YOLOv8's C2f: two halves, bottlenecks behind the second one, and all of them side by side. */
function c2f(b: GraphBuilder, x: string): string {
  const both = convSilu(b, "cv1", convSilu(b, "stem", x, 12, 3), 16, 1);
  const parts = [channels(b, "first", both, 0, 8), channels(b, "second", both, 8, 16)];
  for (const name of ["m0", "m1"]) {
    const before = parts.at(-1)!;
    const inner = convSilu(b, `${name}.cv2`, convSilu(b, `${name}.cv1`, before, 8, 3), 8, 3);
    parts.push(b.node(`${name}.sum`, "add", {}, [before, inner]));
  }
  return convSilu(b, "cv2", concat(b, "concat", parts), 16, 1);
}

/** Each layer reads all that came before it and adds its own channels (Huang et al. 2017). */
function dense(b: GraphBuilder, x: string): string {
  let grown = b.conv("stem", x, 12, 3);
  for (const name of ["layer1", "layer2", "layer3"]) {
    const bottleneck = b.conv(`${name}.conv1`, b.relu(`${name}.relu1`, b.batchNorm(`${name}.bn1`, grown)), 16, 1);
    const added = b.conv(`${name}.conv2`, b.relu(`${name}.relu2`, b.batchNorm(`${name}.bn2`, bottleneck)), 6, 3);
    grown = concat(b, `${name}.concat`, [grown, added]);
  }
  const transition = b.conv("transition", b.relu("norm.relu", b.batchNorm("norm", grown)), 15, 1);
  return b.node("transition.pool", "average-pool", POOL, [transition]);
}

const POOL = {
  kernel: [2, 2],
  strides: [2, 2],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  ceil: false,
  countPadding: false,
} as const;

/** Body, and the units that can lose channels. */
const BLOCKS: Readonly<Record<string, readonly [body: Body, free: string]>> = {
  // A pair of channels that a shuffle deals side by side goes together, so what a unit makes joins what it lets pass.
  "ShuffleNet V2": [shuffleNet, "stem 4, stem#2 4, stem#3 8, unit1.first 8, unit2.first 8, head 24"],
  "squeeze and excite": [squeezeExcite, "stem 12, first 16, squeeze 6, head 16"],
  "YOLO C2f": [c2f, "stem 12, cv1 8, cv1#2 8, m0.cv1 8, m1.cv1 8, cv2 16"],
  "dense block": [
    dense,
    "stem 12, layer1.conv1 16, layer1.conv2 6, layer2.conv1 16, layer2.conv2 6, layer3.conv1 16, layer3.conv2 6, transition 15",
  ],
};

/** Half of the work is gone, and what is left is a network with these very units, each as wide as was said. */
async function checkPruned(before: Graph, result: PruneResult): Promise<void> {
  const { graph, macs, units, equality } = result;
  assert.ok(macs.after <= 0.5 * macs.before, `${macs.after} of ${macs.before} multiply-adds`);
  assert.ok(macs.after > 0.4 * macs.before, `only ${macs.after} of ${macs.before} multiply-adds are left`);
  assert.ok(equality.maxRelative <= 1e-4);
  const left = findUnits(graph).units.map(({ name, width, frozen }) => ({ name, width, frozen }));
  assert.equal(
    left,
    units.map(({ name, after, frozen }) => ({ name, width: after, frozen })),
  );
  for (const unit of units) assert.ok(unit.frozen === undefined || unit.after === unit.before, unit.name);
  const again = importOnnx(exportOnnx(graph)).graph;
  assert.equal(again.outputs, before.outputs);
  assert.ok((await checkEquality(graph, again, RUNNER, 2)).maxRelative <= 1e-6);
}

for (const [name, [body, free]] of Object.entries(BLOCKS)) {
  test(`${name}: half the multiply-adds, from every unit but the classes`, async () => {
    const graph = classifier(body);
    const units = findUnits(graph).units.filter(({ frozen }) => frozen === undefined);
    assert.is(units.map((unit) => `${unit.name} ${unit.width}`).join(", "), free);
    for (const scope of ["global", "local"] as const) {
      await checkPruned(graph, await prune(graph, { method: "l1", keep: KEEP, scope }, RUNNER));
    }
  });
}

const folder = join(DATA ?? "", "models");
for (const model of DATA && existsSync(folder) ? TRAINED : []) {
  test(`${model}: half the multiply-adds`, async () => {
    const { graph } = importOnnx(readFileSync(join(folder, model, "model.onnx")));
    await checkPruned(graph, await prune(graph, { method: "l1", keep: KEEP }, RUNNER));
  });
}

test.run();
