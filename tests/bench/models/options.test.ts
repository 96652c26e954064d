import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseOptions, USAGE } from "../../../bench/models/options.js";
import { RequestError } from "../../../src/errors.js";
import { MODELS } from "../../../src/models/index.js";

const test = suite("bench/models/options");

test("everything on this Node, unless said", () => {
  assert.equal(parseOptions([]), {
    nets: Object.keys(MODELS),
    peers: ["ort", "tfjs"],
    engine: "node",
    build: "baseline",
    threads: 1,
    runs: 15,
    warmUpMs: 2000,
    json: false,
    write: false,
  });
});

test("all that can be said", () => {
  const words =
    "--nets vgg16_32,resnet18 --peers tfjs --engine deno --build relaxed --threads 2 --runs 3 --warm-up 50 --json --write";
  assert.equal(parseOptions(words.split(" ")), {
    nets: ["resnet18", "vgg16_32"],
    peers: ["tfjs"],
    engine: "deno",
    build: "relaxed",
    threads: 2,
    runs: 3,
    warmUpMs: 50,
    json: true,
    write: true,
  });
});

test("what is wrong is named with what there is", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["--nets alexnet", /^--nets: no "alexnet"; there is resnet18, .*vgg16_32$/],
    ["--nets resnet18,", /^--nets: no ""/],
    ["--peers onnx", /^--peers: no "onnx"; there is ort, tfjs$/],
    ["--engine bun", /^--engine: no "bun"; there is node, node-latest, deno$/],
    ["--build fast", /^--build: no "fast"; there is baseline, relaxed$/],
    ["--threads 0", /^--threads: expected a whole number from 1 on, got "0"$/],
    ["--runs 1e3", /^--runs: expected a whole number/],
    ["--thread 2", /--thread/],
    ["resnet18", /resnet18/],
    ["--nets", /--nets/],
  ];
  for (const [words, message] of refused) {
    assert.throws(
      () => parseOptions(words.split(" ")),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
      words,
    );
  }
});

test("the usage names all networks", () => {
  for (const name of Object.keys(MODELS)) assert.ok(USAGE.includes(name), name);
});

test.run();
