/** What cannot be recovered. */
import { suite } from "uvu";
import { DataError, ModelError } from "../../../src/errors.js";
import { GraphBuilder, resnet } from "../../../src/models/index.js";
import { prune } from "../../../src/prune/prune.js";
import { withRoomForRecovery } from "../../../src/prune/recover/statistics.js";
import { ARCHITECTURES } from "../architectures.js";
import { fails } from "../expect-error.js";
import { HALF, recover, runner, samplesFor, uncut } from "../recovery.js";

const test = suite("prune/recover/refusals");

test("samples that are not numbers", async () => {
  for (const name of ["resnet", "concat"]) {
    const dense = withRoomForRecovery(ARCHITECTURES[name]!());
    const cut = await prune(dense, HALF, runner);
    const good = samplesFor(dense, 4);
    for (const bad of [NaN, Infinity]) {
      const samples = { count: 4, get: (i: number) => good.get(i).map((v, at) => (i === 2 && at === 5 ? bad : v)) };
      await fails(
        () => recover(dense, cut, samples),
        DataError,
        /not finite; look for NaN in the pictures or the weights/,
      );
    }
  }
});

test("too few samples", async () => {
  const dense = ARCHITECTURES["resnet"]!();
  const cut = await prune(dense, HALF, runner);
  for (const count of [0, 1]) {
    await fails(
      () => recover(dense, cut, samplesFor(dense, count)),
      DataError,
      new RegExp(`^expected two pictures or more .*got ${count}$`),
    );
  }
  await recover(dense, cut, samplesFor(dense, 2));
});

test("networks that cannot be recovered this way", async () => {
  const b = new GraphBuilder(1);
  const linear = b.build("linear", [b.gemm("logits", b.input("input", [1, 6]), 3)]);
  await fails(
    async () => recover(linear, await uncut(linear), samplesFor(linear, 4)),
    ModelError,
    /neither batch norm nor/,
  );
  const several = ARCHITECTURES["several inputs and outputs"]!();
  await fails(
    async () => recover(several, await uncut(several), samplesFor(several, 4)),
    DataError,
    /one input and batch size 1/,
  );
  const pairs = resnet({ depth: 8, width: 4, size: 8 });
  const batched = { ...pairs, inputs: [{ ...pairs.inputs[0]!, shape: [2, 3, 8, 8] }] };
  await fails(
    async () => recover(batched, await uncut(batched), samplesFor(batched, 4)),
    DataError,
    /one input and batch size 1/,
  );
});

test.run();
