import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TrainingKernel } from "../../assembly/training/abi.js";
import { RequestError } from "../../src/errors.js";
import { sgd } from "../../src/train/optimiser.js";
import { TrainingStep } from "../../src/train/step.js";
import { BUILD, joined, seededBatch } from "./differences.js";
import { smallResNet } from "./networks.js";

const test = suite("train/profile");

const BATCH = 5;

const open = (threads: number) =>
  TrainingStep.open(smallResNet(), { batch: BATCH, threads, build: BUILD, optimiser: sgd() });

function batchFor(step: TrainingStep): [Float32Array, Int32Array] {
  const { images, labels } = seededBatch(step.graph, BATCH, step.classes);
  return [joined(images), Int32Array.from(labels)];
}

test("record by record gives the bits of a run, and counts records of every image", async () => {
  const [whole, profiled] = [await open(1), await open(1)];
  const [images, labels] = batchFor(whole);
  whole.run(images, labels);
  const kernels = profiled.profile(images, labels);
  whole.parameters.forEach(({ name, gradient }, i) => assert.equal(profiled.parameters[i]!.gradient, gradient, name));
  assert.equal(new Set(kernels.map(({ phase }) => phase)), new Set(["packing", "forward", "backward"]));
  assert.not.ok(kernels.some(({ kernel }) => kernel === TrainingKernel.Images));
  assert.is(kernels.find(({ kernel }) => kernel === TrainingKernel.Loss)!.records, BATCH);
  assert.is(kernels.find(({ kernel }) => kernel === TrainingKernel.Loss)!.phase, "forward");
  const times = kernels.map(({ milliseconds }) => milliseconds);
  assert.equal(
    times,
    times.toSorted((a, b) => b - a),
  );
});

test("several threads have no order to profile", async () => {
  const step = await open(2);
  const [images, labels] = batchFor(step);
  assert.throws(
    () => step.profile(images, labels),
    (error: unknown) => error instanceof RequestError && /^threads: expected 1 /.test(error.message),
  );
  step.dispose();
});

test.run();
