import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TrainingError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { deriveSeed, normal } from "../../src/random.js";
import { type BatchSource, sgd, train, type TrainRequest } from "../../src/train/index.js";
import { smallResNet } from "./networks.js";

const trainer = suite("train/trainer");

const BATCH = 8;
const SIZE = 3 * 9 * 8;

/** Pictures of noise with a bright third, whose place is the class. */
const stripes: BatchSource = {
  perEpoch: 6,
  batch(epoch, index) {
    const next = normal(deriveSeed(epoch, `batch ${index}`));
    const labels = Int32Array.from({ length: BATCH }, (_, image) => (image + index) % 3);
    const inputs = Float32Array.from({ length: BATCH * SIZE }, (_, i) => {
      const row = Math.floor((i % 72) / 8);
      return next() + (Math.floor(row / 3) === labels[Math.floor(i / SIZE)] ? 2 : 0);
    });
    return { inputs, labels };
  },
};

const request = (more: Partial<TrainRequest> = {}): TrainRequest => ({
  batches: stripes,
  batch: BATCH,
  epochs: 3,
  learningRate: 0.05,
  optimiser: sgd(),
  build: "baseline",
  ...more,
});

const weights = (graph: Graph) => [...graph.constants].map(([name, { data }]) => [name, [...data]]);

trainer("learns what the pictures show", async () => {
  const { history, graph, stopped } = await train(smallResNet(), request({ epochs: 8 }));
  assert.is(stopped, undefined);
  assert.equal(
    history.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.ok(history[7]!.loss < history[0]!.loss / 2, `${history[0]!.loss} -> ${history[7]!.loss}`);
  assert.ok(history[7]!.top1! > 0.8);
  assert.not.equal(weights(graph), weights(smallResNet()));
});

trainer("the same request gives the same bits, with any number of threads", async () => {
  const runs = [];
  for (const threads of [1, 2]) runs.push(await train(smallResNet(), request({ threads })));
  assert.equal(weights(runs[1]!.graph), weights(runs[0]!.graph));
});

trainer("a run that was interrupted goes on bit for bit", async () => {
  const whole = await train(smallResNet(), request());
  const controller = new AbortController();
  let saved: Uint8Array | undefined;
  const first = await train(
    smallResNet(),
    request({
      signal: controller.signal,
      onStep: ({ epoch, step }) => epoch === 2 && step === 3 && controller.abort(),
      onCheckpoint: (bytes) => (saved = bytes),
    }),
  );
  assert.is(first.stopped, "interrupted");
  assert.is(first.history.length, 1);
  const rest = await train(smallResNet(), request({ resume: saved }));
  assert.equal(weights(rest.graph), weights(whole.graph));
  assert.equal(
    rest.history.map(({ loss, top1, learningRate }) => ({ loss, top1, learningRate })),
    whole.history.map(({ loss, top1, learningRate }) => ({ loss, top1, learningRate })),
  );
});

/** A checkpoint of one epoch. */
async function checkpointed(): Promise<Uint8Array> {
  let saved: Uint8Array | undefined;
  await train(smallResNet(), request({ epochs: 1, onCheckpoint: (bytes) => (saved = bytes) }));
  return saved!;
}

trainer("checkpoints after each epoch and at an interruption, or only then", async () => {
  const count = async (more: Partial<TrainRequest>) => {
    let made = 0;
    await train(smallResNet(), request({ ...more, onCheckpoint: () => made++ }));
    return made;
  };
  assert.is(await count({}), 3);
  assert.is(await count({ checkpoints: "interruption" }), 0);
  assert.is(await count({ checkpoints: "interruption", signal: AbortSignal.abort() }), 1);
});

async function refusal(resume: Uint8Array, graph = smallResNet(), more: Partial<TrainRequest> = {}): Promise<string> {
  try {
    await train(graph, request({ epochs: 1, resume, ...more }));
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

trainer("a checkpoint of another network, another request, or of nothing is refused", async () => {
  const saved = await checkpointed();
  assert.match(await refusal(saved, smallResNet({ classes: 4 })), /of another network/);
  assert.match(await refusal(saved, smallResNet(), { learningRate: 0.1 }), /learningRate 0.05, not 0.1/);
  assert.match(await refusal(saved, smallResNet(), { identity: { seed: 2 } }), /seed undefined, not 2/);
  assert.match(await refusal(saved.slice(0, 100)), /damaged|no numbers|of another/);
  assert.match(await refusal(Uint8Array.of(1, 2, 3)), /not a checkpoint/);
});

trainer("hooks add a penalty, edit gradients and weights, and end a run", async () => {
  const seen: string[] = [];
  const { graph, stopped, history } = await train(
    smallResNet(),
    request({
      hooks: {
        penalty({ parameters }) {
          seen.push("penalty");
          parameters.get("last.bias")!.gradient.fill(0);
          return 100;
        },
        editGradients({ parameters }) {
          seen.push("gradients");
          parameters.get("last.weight")!.gradient.fill(0);
        },
        editWeights({ parameters }) {
          seen.push("weights");
          parameters.get("first.weight")!.values.fill(0);
        },
        stop: ({ step, epoch, loss }) => (loss > 99 && epoch === 1 && step === 8 ? "enough" : undefined),
      },
      optimiser: sgd({ weightDecay: 0 }),
    }),
  );
  assert.equal(seen.slice(0, 4), ["penalty", "gradients", "weights", "penalty"]);
  assert.is(stopped, "enough");
  assert.is(history.length, 1);
  assert.ok(history[0]!.loss > 99);
  const before = smallResNet().constants;
  for (const name of ["last.bias", "last.weight"]) {
    assert.equal([...graph.constants.get(name)!.data], [...before.get(name)!.data]);
  }
  assert.ok(graph.constants.get("first.weight")!.data.every((w) => w === 0));
});

trainer("weight decay spares biases and norms", async () => {
  const nothing: BatchSource = {
    perEpoch: 1,
    batch: () => ({ inputs: new Float32Array(BATCH * SIZE), labels: new Int32Array(BATCH).fill(-1) }),
  };
  const { graph } = await train(
    smallResNet(),
    request({
      batches: nothing,
      epochs: 1,
      learningRate: 0.5,
      optimiser: sgd({ weightDecay: 0.1 }),
      hooks: { editGradients: ({ parameters }) => parameters.forEach(({ gradient }) => gradient.fill(0)) },
    }),
  );
  const before = smallResNet().constants;
  for (const [name, { data }] of graph.constants) {
    if (/mean|variance/.test(name)) continue;
    const share = data[0]! / before.get(name)!.data[0]!;
    assert.ok(Math.abs(share - (name.endsWith("weight") ? 0.95 : 1)) < 1e-6, `${name}: ${share}`);
  }
});

trainer("a student follows a teacher without labels", async () => {
  const { graph: teacher } = await train(smallResNet({ norm: false }), request({ epochs: 8, learningRate: 0.02 }));
  const unlabelled: BatchSource = {
    perEpoch: stripes.perEpoch,
    batch: (epoch, index) => ({ ...stripes.batch(epoch, index), labels: new Int32Array(BATCH).fill(-1) }),
  };
  const { history } = await train(
    smallResNet({ seed: 11 }),
    request({ batches: unlabelled, epochs: 8, teacher, loss: { labels: 0, teacher: 1, temperature: 2 } }),
  );
  assert.is(history[0]!.top1, null);
  assert.ok(history[7]!.loss < history[0]!.loss / 2, `${history[0]!.loss} -> ${history[7]!.loss}`);
});

trainer("numbers that are no longer finite end the run and name step and layer", async () => {
  let saved = 0;
  try {
    await train(
      smallResNet(),
      request({
        onCheckpoint: () => saved++,
        hooks: {
          editWeights: ({ parameters, epoch, step }) => {
            if (epoch === 1 && step === 8) parameters.get("block1.conv2.weight")!.values[0] = NaN;
          },
        },
      }),
    );
    assert.unreachable();
  } catch (error) {
    assert.instance(error, TrainingError);
    assert.match((error as Error).message, /layer "block1.conv2" gives is not finite at step 10 \(epoch 2, batch 4\)/);
  }
  assert.is(saved, 1);
});

trainer("epochs, batches and rates that cannot be are refused before anything runs", async () => {
  for (const [more, expected] of [
    [{ epochs: 0 }, /epochs from 1 on/],
    [{ batches: { ...stripes, perEpoch: 0 } }, /no whole batch/],
    [{ learningRate: 0 }, /above 0/],
    [{ schedule: "none" }, /no schedule/],
    [{ batch: 0 }, /images from 1 on/],
  ] as const) {
    try {
      await train(smallResNet(), request(more));
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, expected);
    }
  }
});

trainer.run();
