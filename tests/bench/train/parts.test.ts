import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Kernel } from "../../../assembly/abi.js";
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { gradientShareOf, partsOf, type ProfiledStep } from "../../../bench/train/parts.js";
import { GraphBuilder } from "../../../src/models/builder.js";
import { sgd, TrainingStep } from "../../../src/train/index.js";

const test = suite("bench/train/parts");

const stepOf = (factor: number): ProfiledStep => ({
  kernels: [
    { phase: "backward", kernel: TrainingKernel.FilterGradient, records: 4, milliseconds: 40 * factor },
    { phase: "backward", kernel: Kernel.ConvWinograd, records: 4, milliseconds: 20 * factor },
    { phase: "backward", kernel: TrainingKernel.ConvDataGradient, records: 4, milliseconds: 5 * factor },
    { phase: "forward", kernel: Kernel.ConvWinograd, records: 4, milliseconds: 20 * factor },
    { phase: "forward", kernel: Kernel.Scale, records: 4, milliseconds: 4 * factor },
    { phase: "packing", kernel: TrainingKernel.PackWinograd, records: 2, milliseconds: 1 * factor },
  ],
  optimiserMs: 5 * factor,
  ms: 100 * factor,
});

test("kernels by purpose and direction, medians of the steps, the longest first", () => {
  const parts = partsOf([stepOf(1), stepOf(9), stepOf(0.5)]);
  assert.equal(
    parts.map(({ part, ms }) => [part, ms]),
    [
      ["filter gradients", 40],
      ["data gradients", 25],
      ["convolutions, forward", 20],
      ["optimiser", 5],
      ["batch filled in, clock read", 5],
      ["batch norm, forward", 4],
      ["packing filters", 1],
    ],
  );
  assert.equal(parts[1]!.kernels, [
    { kernel: "ConvWinograd", records: 4, ms: 20 },
    { kernel: "ConvDataGradient", records: 4, ms: 5 },
  ]);
  assert.is(parts[0]!.share, 0.4);
  assert.is(gradientShareOf([stepOf(1), stepOf(2)]), 0.65);
});

test("every kernel of a network with all kinds of layers has a name and a purpose", async () => {
  const b = new GraphBuilder(1);
  const x = b.relu("relu", b.batchNorm("norm", b.conv("first", b.input("input", [1, 3, 8, 8]), 8, 3)));
  const y = b.maxPool("halve", b.node("sum", "add", {}, [b.conv("second", x, 8, 3), x]), { kernel: 2, stride: 2 });
  const graph = b.build("parts", [b.gemm("logits", b.globalPool(b.conv("third", y, 8, 3, { stride: 2 })), 4)]);
  const step = await TrainingStep.open(graph, { batch: 2, optimiser: sgd() });
  const kernels = step.profile(new Float32Array(2 * 3 * 64), Int32Array.of(0, 1));
  const parts = partsOf([{ kernels, optimiserMs: 0, ms: 1e6 }]);
  const names = parts.flatMap(({ kernels: each }) => each.map(({ kernel }) => kernel));
  assert.ok(names.includes("BatchNormData") && names.includes("Loss"), names.join());
  assert.not.ok(
    names.some((name) => name.startsWith("kernel ")),
    names.join(),
  );
  for (const part of ["filter gradients", "data gradients", "convolutions, forward", "packing filters"]) {
    assert.ok(
      parts.some((each) => each.part === part),
      part,
    );
  }
});

test.run();
