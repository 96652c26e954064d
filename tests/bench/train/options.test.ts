import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseOptions, usageOf } from "../../../bench/options.js";
import { trainOptions } from "../../../bench/train/options.js";
import { RequestError } from "../../../src/errors.js";

const test = suite("bench/train/options");

const OPTIONS = trainOptions(["node", "node-latest"]);

test("unless said", () => {
  assert.equal(parseOptions(OPTIONS, []), {
    ...{ net: "resnet20_32", batch: 64, threads: [1, 2], steps: 2, rounds: 15, peers: ["pytorch", "tfjs"] },
    ...{ tfjsBatch: 1, engine: "node", build: "auto", warmUpMs: 3000, profile: false, json: false, write: false },
  });
  const usage = usageOf("bench:train", OPTIONS);
  assert.match(usage, /--peers A,B .*pytorch, tfjs, tfjs-wasm \(default: pytorch,tfjs\)/);
});

test("all that can be said", () => {
  const words = "--net vgg16_32 --batch 8 --threads 4,1,4 --steps 1 --rounds 3 --peers tfjs-wasm --tfjs-batch 1";
  const more = "--engine node-latest --build relaxed --warm-up 50 --profile --json --write";
  assert.equal(parseOptions(OPTIONS, `${words} ${more}`.split(" ")), {
    ...{ net: "vgg16_32", batch: 8, threads: [1, 4], steps: 1, rounds: 3, peers: ["tfjs-wasm"], tfjsBatch: 1 },
    ...{ engine: "node-latest", build: "relaxed", warmUpMs: 50, profile: true, json: true, write: true },
  });
});

test("what is wrong is named with what there is", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["--net alexnet", /^--net: no "alexnet"; there is resnet18/],
    ["--threads 1,0", /^--threads: expected whole numbers from 1 on, got "0"$/],
    ["--threads two", /^--threads: expected whole numbers from 1 on, got "two"$/],
    ["--peers onnx", /^--peers: no "onnx"; there is pytorch, tfjs, tfjs-wasm$/],
    ["--engine deno", /^--engine: no "deno"/],
  ];
  for (const [words, message] of refused) {
    assert.throws(
      () => parseOptions(OPTIONS, words.split(" ")),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
      words,
    );
  }
});

test.run();
