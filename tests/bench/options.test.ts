import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelsOptions } from "../../bench/kernels/options.js";
import { modelsOptions } from "../../bench/models/options.js";
import { type Options, parseOptions, usageOf } from "../../bench/options.js";
import { RequestError } from "../../src/errors.js";
import { MODELS } from "../../src/models/index.js";

const test = suite("bench/options");

const ENGINES = ["node", "deno"];
const MODELS_OPTIONS = modelsOptions(ENGINES);
const KERNELS_OPTIONS = kernelsOptions(ENGINES);

const COMMON = { engine: "node", threads: 1, runs: 15, json: false, write: false };

test("everything on this Node, unless said", () => {
  const models = {
    nets: Object.keys(MODELS),
    peers: ["ort", "tfjs"],
    keep: undefined,
    build: "baseline",
    warmUpMs: 2000,
  };
  assert.equal(parseOptions(MODELS_OPTIONS, []), { ...COMMON, ...models });
  assert.equal(parseOptions(KERNELS_OPTIONS, []), { ...COMMON, shapes: undefined, build: "auto" });
});

test("all that can be said", () => {
  const common = "--engine deno --build relaxed --threads 2 --runs 3 --json --write";
  const expected = { engine: "deno", build: "relaxed", threads: 2, runs: 3, json: true, write: true };
  const models = `--nets vgg16_32,resnet18 --peers tfjs --keep macs=0.5 --warm-up 50 ${common}`;
  assert.equal(parseOptions(MODELS_OPTIONS, models.split(" ")), {
    ...expected,
    nets: ["resnet18", "vgg16_32"],
    peers: ["tfjs"],
    keep: { kind: "macs", value: 0.5 },
    warmUpMs: 50,
  });
  const kernels = `--shapes some.txt ${common}`;
  assert.equal(parseOptions(KERNELS_OPTIONS, kernels.split(" ")), { ...expected, shapes: "some.txt" });
});

test("what is wrong is named with what there is", () => {
  const refused: readonly (readonly [Options, string, RegExp])[] = [
    [MODELS_OPTIONS, "--nets alexnet", /^--nets: no "alexnet"; there is resnet18, .*vgg16_32, .*mobilenet_v2_32$/],
    [MODELS_OPTIONS, "--nets resnet18,", /^--nets: no ""/],
    [MODELS_OPTIONS, "--peers onnx", /^--peers: no "onnx"; there is ort, tfjs$/],
    [MODELS_OPTIONS, "--build auto", /^--build: no "auto"; there is baseline, relaxed$/],
    [MODELS_OPTIONS, "--keep half", /^--keep: "half": expected one of macs=N/],
    [MODELS_OPTIONS, "--keep macs=0", /^--keep: "macs=0": expected a share above 0/],
    [KERNELS_OPTIONS, "--build fast", /^--build: no "fast"; there is auto, baseline, relaxed$/],
    [KERNELS_OPTIONS, "--engine bun", /^--engine: no "bun"; there is node, deno$/],
    [KERNELS_OPTIONS, "--threads 0", /^--threads: expected a whole number from 1 on, got "0"$/],
    [KERNELS_OPTIONS, "--runs 1e3", /^--runs: expected a whole number/],
    [KERNELS_OPTIONS, "--thread 2", /--thread/],
    [KERNELS_OPTIONS, "resnet18", /resnet18/],
    [KERNELS_OPTIONS, "--shapes", /--shapes/],
    [KERNELS_OPTIONS, "--json=yes", /--json/],
  ];
  for (const [options, words, message] of refused) {
    assert.throws(
      () => parseOptions(options, words.split(" ")),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
      words,
    );
  }
});

test("the usage names all options, and all that they take", () => {
  const usage = usageOf("bench:models", MODELS_OPTIONS);
  assert.match(usage, /^usage: npm run bench:models -- \[options\]\n\n {2}--nets A,B {4,}networks: resnet18, /);
  for (const name of [...Object.keys(MODELS), ...ENGINES, "tfjs", "relaxed"]) assert.ok(usage.includes(name), name);
  for (const { usage: each } of Object.values(MODELS_OPTIONS)) assert.ok(usage.includes(`\n  ${each} `), each);
});

test.run();
