import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../src/models/builder.js";
import { MODELS } from "../../src/models/index.js";
import { simplify } from "../../src/passes/index.js";
import { adam, sgd } from "../../src/train/optimiser.js";
import { TrainingStep } from "../../src/train/step.js";
import { BUILD, checkGradients, joined, PLAIN_LOSS, seededBatch } from "./differences.js";
import { smallResNet } from "./networks.js";

const step = suite("train/step");

step("all gradients of a residual network with batch norm and strides agree with differences", () =>
  checkGradients(smallResNet(), { batch: 5 }),
);

step("label smoothing and a teacher's softened answers are part of the gradient", () =>
  checkGradients(smallResNet(), {
    batch: 5,
    loss: { smoothing: 0.1, labels: 0.3, teacher: 0.7, temperature: 4 },
    teacher: smallResNet({ seed: 9, norm: false }),
  }),
);

step("a teacher answers as at inference, whether its batch norms are folded or not", async () => {
  const teacher = smallResNet({ seed: 9 });
  const losses = [];
  for (const form of [teacher, simplify(teacher)]) {
    const options = { batch: 3, build: BUILD, optimiser: sgd(), loss: { labels: 0, teacher: 1, temperature: 2 } };
    const trained = await TrainingStep.open(smallResNet(), { ...options, teacher: form });
    const { images, labels } = seededBatch(smallResNet(), 3, 3);
    losses.push(trained.run(joined(images), Int32Array.from(labels)).loss);
    trained.dispose();
  }
  assert.ok(losses[0]! > 0.01);
  assert.ok(Math.abs(losses[0]! - losses[1]!) < 1e-5, losses.join(" and "));
});

step("a teacher's constants are its own, whatever the student's are called", () => {
  const centred = (by: number) => {
    const b = new GraphBuilder(3 + by);
    const x = b.node("centred", "sub", {}, [
      b.input("input", [1, 2, 4, 5]),
      b.constant("mean", [1, 2, 1, 1], () => by),
    ]);
    return b.build("centred", [
      b.gemm("last", b.globalPool(b.node("tanh", "tanh", {}, [b.conv("first", x, 4, 3)])), 3),
    ]);
  };
  const loss = { smoothing: 0, labels: 0.5, teacher: 0.5, temperature: 2 };
  return checkGradients(centred(0), { loss, teacher: centred(2) });
});

step("a parameter that is used twice gets both gradients", () => {
  const b = new GraphBuilder(3);
  const x = b.conv("first", b.input("input", [1, 2, 5, 6]), 4, 1);
  const once = b.node("tanh", "tanh", {}, [b.conv("shared", x, 4, 3)]);
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 } as const;
  const twice = b.node("again", "conv", attrs, [once, "shared.weight"]);
  return checkGradients(b.build("shared", [b.gemm("last", b.globalPool(twice), 4)]));
});

step("a softmax at the end is left out: the loss is measured on the logits", () => {
  const b = new GraphBuilder(3);
  const logits = b.gemm("last", b.globalPool(b.conv("first", b.input("input", [1, 2, 5, 6]), 4, 3)), 4);
  return checkGradients(b.build("classifier", [b.node("probabilities", "softmax", { axis: 1 }, [logits])]));
});

step("any number of threads gives the same bits", async () => {
  const graph = smallResNet();
  const runs = [];
  for (const threads of [1, 2, 3]) {
    const trained = await TrainingStep.open(graph, { batch: 11, threads, build: "baseline", optimiser: sgd() });
    const { images, labels } = seededBatch(graph, 11, trained.classes);
    for (let number = 1; number <= 3; number++) {
      trained.run(joined(images), Int32Array.from(labels));
      trained.update(0.1, number);
    }
    runs.push(trained.parameters.map(({ values }) => [...values]));
    trained.dispose();
  }
  assert.equal(runs[1], runs[0]);
  assert.equal(runs[2], runs[0]);
});

step("running statistics move a tenth of the way to those of the batch", async () => {
  const b = new GraphBuilder(3);
  const y = b.batchNorm("norm", b.conv("first", b.input("input", [1, 2, 4, 4]), 3, 1));
  const graph = b.build("norm", [b.gemm("last", b.globalPool(y), 3)]);
  const trained = await TrainingStep.open(graph, { batch: 6, build: BUILD, optimiser: sgd() });
  const { images, labels } = seededBatch(graph, 6, 3);
  trained.run(joined(images), Int32Array.from(labels));
  const mean = trained.states.statistics.get("norm.mean")!;
  const weight = graph.constants.get("first.weight")!.data;
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (const { data } of images) {
      for (let i = 0; i < 16; i++) sum += weight[2 * c]! * data[i]! + weight[2 * c + 1]! * data[16 + i]!;
    }
    const before = graph.constants.get("norm.mean")!.data[c]!;
    assert.ok(Math.abs(mean[c]! - (0.9 * before + (0.1 * sum) / 96)) < 1e-5);
  }
  trained.dispose();
});

/** One weight that is drawn to a place: the optimisers' own arithmetic against plain formulas. */
async function follow(optimiser: ReturnType<typeof sgd>, steps: number) {
  const b = new GraphBuilder(5);
  const graph = b.build("row", [b.gemm("last", b.input("input", [1, 3]), 4)]);
  const trained = await TrainingStep.open(graph, { batch: 2, build: "baseline", optimiser });
  const { images, labels } = seededBatch(graph, 2, 4);
  const [weight] = trained.parameters;
  const seen = [];
  for (let number = 1; number <= steps; number++) {
    trained.run(joined(images), Int32Array.from(labels));
    const before = [...weight!.values];
    const gradient = [...weight!.gradient];
    trained.update(0.05, number);
    seen.push({ before, gradient, after: [...weight!.values] });
  }
  trained.dispose();
  return seen;
}

for (const nesterov of [false, true]) {
  step(`sgd, ${nesterov ? "Nesterov's" : "plain"} momentum, is what its formula says`, async () => {
    const seen = await follow(sgd({ momentum: 0.9, weightDecay: 0.01, nesterov }), 4);
    const velocity = seen[0]!.before.map(() => 0);
    for (const { before, gradient, after } of seen) {
      before.forEach((w, i) => {
        const d = gradient[i]! + 0.01 * w;
        velocity[i] = 0.9 * velocity[i]! + d;
        const expected = w - 0.05 * (nesterov ? d + 0.9 * velocity[i]! : velocity[i]!);
        assert.ok(Math.abs(after[i]! - expected) < 1e-6);
      });
    }
  });
}

step("adam is what its formula says", async () => {
  const seen = await follow(adam({ weightDecay: 0.02 }), 4);
  const [m, v] = [seen[0]!.before.map(() => 0), seen[0]!.before.map(() => 0)];
  seen.forEach(({ before, gradient, after }, t) => {
    before.forEach((w, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * gradient[i]! ** 2;
      const [mean, square] = [m[i]! / (1 - 0.9 ** (t + 1)), v[i]! / (1 - 0.999 ** (t + 1))];
      const expected = w - 0.05 * (mean / (Math.sqrt(square) + 1e-8) + 0.02 * w);
      assert.ok(Math.abs(after[i]! - expected) < 1e-5, `${after[i]} ${expected}`);
    });
  });
});

step("memory is known before anything is allocated, and is what is allocated", async () => {
  const options = { batch: 8, build: BUILD, optimiser: sgd() };
  const plan = TrainingStep.plan(smallResNet(), options);
  const { totalBytes, parameterBytes, batchBytes, tableBytes, recordBytes } = plan.memory;
  assert.ok(parameterBytes + batchBytes + tableBytes + recordBytes <= totalBytes);
  const trained = await TrainingStep.open(smallResNet(), options);
  assert.equal(trained.memory, plan.memory);
  trained.dispose();
});

step("operators without a gradient are named with their nodes", () => {
  const b = new GraphBuilder(3);
  const x = b.conv("first", b.input("input", [1, 2, 4, 4]), 4, 1);
  const y = b.node("rounded", "round", {}, [b.node("floored", "floor", {}, [x])]);
  const graph = b.build("steps", [b.gemm("last", b.globalPool(y), 3)]);
  assert.throws(() => TrainingStep.plan(graph, { batch: 2, optimiser: sgd() }), /floor \(floored\); round \(rounded\)/);
});

step("what only prepares the input needs no gradient, and stays", async () => {
  const b = new GraphBuilder(3);
  const mean = b.constant("mean", [1, 2, 1, 1], (i) => 0.1 * i);
  const x = b.node("centred", "sub", {}, [b.node("rounded", "round", {}, [b.input("input", [1, 2, 4, 4])]), mean]);
  const graph = b.build("prepared", [b.gemm("last", b.globalPool(b.conv("first", x, 4, 3)), 3)]);
  const { parameters } = TrainingStep.plan(graph, { batch: 2, optimiser: sgd() });
  assert.equal(parameters.list.map(({ name }) => name).sort(), ["first.weight", "last.bias", "last.weight"]);
});

step("labels out of range and batches of another size are refused", async () => {
  const trained = await TrainingStep.open(smallResNet(), { batch: 2, build: BUILD, optimiser: sgd() });
  const { images } = seededBatch(smallResNet(), 2, 3);
  assert.throws(() => trained.run(joined(images), Int32Array.of(0, 99)), /label 99 of image 1: the network has/);
  assert.throws(() => trained.run(joined(images.slice(1)), Int32Array.of(0)), /expected 2 images/);
  trained.dispose();
});

step("numbers that are not finite are found at the node that gave them first", async () => {
  const trained = await TrainingStep.open(smallResNet(), { batch: 2, build: BUILD, optimiser: sgd() });
  const { images, labels } = seededBatch(smallResNet(), 2, 3);
  trained.run(joined(images), Int32Array.from(labels));
  assert.is(trained.firstNonFinite(), undefined);
  trained.parameters.find(({ name }) => name === "block2.conv1.weight")!.values[0] = NaN;
  trained.run(joined(images), Int32Array.from(labels));
  assert.is(trained.firstNonFinite(), "block2.conv1");
  trained.dispose();
});

step("residual, depthwise and concatenating architectures have gradients", () => {
  for (const name of ["resnet20_32", "mobilenet_v2", "squeezenet1_1", "lenet5"]) {
    TrainingStep.plan(MODELS[name]!(), { batch: 2, optimiser: sgd(), loss: PLAIN_LOSS });
  }
});

step.run();
