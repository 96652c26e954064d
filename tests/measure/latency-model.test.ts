import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { latencyModel, predictMilliseconds } from "../../src/measure/latency-model.js";
import { resnet, vgg } from "../../src/models/index.js";
import { fakeTable } from "../prune/fake-latency.js";

const test = suite("measure/latency-model");
const net = () => vgg({ layers: [4, "pool", 6], size: 8, hidden: [5], classes: 3 });

test("a network's time is the sum over what runs", async () => {
  const table = await fakeTable(net());
  const { layers } = latencyModel(table);
  const filtered = layers(net()).filter(({ sizes }) => sizes.length === 2);
  assert.equal(
    filtered.map(({ sizes }) => sizes),
    [
      [3, 4],
      [4, 6],
      [6 * 4 * 4, 5],
      [5, 3],
    ],
    "batch norms and activations run in their kernels",
  );
  for (const { sizes, milliseconds } of filtered) {
    assert.ok(Math.abs(milliseconds(sizes) - 0.01 * sizes[0]! * sizes[1]!) < 1e-9);
    assert.ok(Math.abs(milliseconds([1, 2]) - 0.02) < 1e-9);
  }
  const pool = layers(net()).find(({ sizes, name }) => sizes.length === 1 && /pool/.test(name))!;
  assert.equal(pool.sizes, [4 * 8 * 8 + 4 * 4 * 4]);
  const sum = layers(net()).reduce((total, { sizes, milliseconds }) => total + milliseconds(sizes), 0.01);
  assert.ok(Math.abs(predictMilliseconds(net(), table) - sum) < 1e-12);
});

test("one table serves networks of the same forms", async () => {
  const table = await fakeTable(resnet({ depth: 14, width: 4, size: 8, classes: 4 }));
  const shallow = resnet({ depth: 8, width: 4, size: 8, classes: 4 });
  assert.ok(predictMilliseconds(shallow, table) > 0);
});

test("a form that the table lacks is refused", async () => {
  const table = await fakeTable(net());
  assert.throws(
    () => predictMilliseconds(vgg({ layers: [4], size: 16, hidden: [5], classes: 3 }), table),
    (error: Error) =>
      error instanceof RequestError &&
      /has no "convolution 1x16x16 3x3 .*measure one for this network/.test(error.message),
  );
});

test.run();
