/** A trained ResNet-20, where its files are there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openCifar10 } from "../../../src/data/cifar10.js";
import { limit } from "../../../src/data/image-set.js";
import { fillInput } from "../../../src/data/preprocess.js";
import type { Graph } from "../../../src/graph/graph.js";
import { measureAccuracy } from "../../../src/measure/accuracy.js";
import { openGraph } from "../../../src/measure/runner.js";
import { importOnnx } from "../../../src/onnx/import.js";
import type { Applied } from "../../../src/prune/apply.js";
import { foldBatchNorm } from "../../../src/passes/fold-batch-norm.js";
import { prune } from "../../../src/prune/prune.js";
import { recoverLeastSquares } from "../../../src/prune/recover/least-squares.js";
import { moments, recover, runner } from "../recovery.js";

const test = suite("prune/recover/trained");

const data = process.env["ESPALIER_DATA"];
if (data) {
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  const preprocessing = { width: 32, height: 32, layout: "nchw", colour: "rgb", mean, std } as const;
  const { graph: dense } = importOnnx(readFileSync(join(data, "models/resnet20_cifar10_bn_simplified/model.onnx")));
  const pictures = openCifar10(join(data, "cifar10/test_batch_first1000.bin"));
  const accuracyOf = async (graph: Graph) => {
    const session = await openGraph(graph);
    const { top1 } = measureAccuracy(session, pictures, { preprocessing });
    session.dispose();
    return top1;
  };
  const thinned = (value: number): Promise<Applied> =>
    prune(dense, { method: "l1", scope: "local", only: "inner", keep: { kind: "channels", value } }, runner);

  const trainingSamples = (count: number) => {
    const training = limit(openCifar10(join(data, "cifar10/data_batch_1.bin")), count);
    const get = (i: number) => {
      const pixels = new Float32Array(3 * 32 * 32);
      fillInput(training.picture(i), preprocessing, pixels);
      return pixels;
    };
    return { count: training.count, get };
  };

  // Li et al. 2017 on ResNet-20, one shot, no training: computed with other software beforehand.
  test("the yardstick: the smallest filters inside each block of a trained network", async () => {
    for (const [share, top1] of [
      [0.9, 0.868],
      [0.7, 0.623],
      [0.5, 0.157],
    ] as const) {
      const actual = await accuracyOf((await thinned(share)).graph);
      assert.ok(Math.abs(actual - top1) <= 0.005, `keeping ${share}: ${actual}, expected ${top1}`);
    }
  });

  test("the yardstick, with statistics re-estimated on 2,000 pictures", async () => {
    const { graph } = await recover(dense, await thinned(0.7), trainingSamples(2000));
    const actual = await accuracyOf(graph);
    assert.ok(Math.abs(actual - 0.789) <= 0.02, `${actual}, expected 0.789`);
  });

  test("half of the smallest filters inside each block, and least squares on 1,000 pictures: about 0.8 of 0.915", async () => {
    const cut = await thinned(0.5);
    const folded = { graph: foldBatchNorm(cut.graph), kept: cut.kept };
    const { graph } = await recoverLeastSquares(foldBatchNorm(dense), folded, trainingSamples(1000), {
      runner,
      moments,
    });
    const actual = await accuracyOf(graph);
    assert.ok(actual >= 0.79, `${actual}, expected 0.79 or more`);
  });
}

test.run();
