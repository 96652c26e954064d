import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeNpy } from "../../src/data/npy.js";
import { openSet } from "../../src/data/open-set.js";
import { preprocessingFor } from "../../src/data/preprocess.js";
import { measureAccuracy } from "../../src/measure/accuracy.js";
import { openGraph } from "../../src/measure/runner.js";
import { resnet } from "../../src/models/index.js";
import {
  bytesOf,
  CLASSES,
  classifier,
  espalier,
  json,
  refuses,
  SIDE,
  succeeds,
  temporaryFolder,
  twoEnds,
  writeCifar,
  writeIntegers,
  writeOnnx,
} from "./command-line.js";

const test = suite("cli/eval");
const folder = temporaryFolder();
const graph = classifier();
const onnx = writeOnnx(folder.at("net.onnx"), graph);
const cifar = writeCifar(folder.at("some.bin"), 30);

test("top1, top5, loss and n, as measured", async () => {
  const data = await json("eval", onnx, "--data", `cifar10:${cifar}`);
  const options = { preprocessing: preprocessingFor([1, 3, SIDE, SIDE], {}) };
  const { top1, top5, loss, n } = measureAccuracy(await openGraph(graph), openSet(`cifar10:${cifar}`), options);
  assert.equal([data.top1, data.top5, data.loss, data.n], [top1, top5, loss, n]);
  assert.equal([n, top5], [30, 1]);
  assert.equal([data.file, data.set, data.preprocessing], [onnx, "cifar10:some.bin", options.preprocessing]);
  assert.ok(["baseline", "relaxed"].includes(data.build));
  const text = await succeeds("eval", onnx, "--data", `cifar10:${cifar}`);
  assert.match(
    text,
    /net\.onnx on cifar10:some\.bin \(30 pictures\)\ntop-1 +\d+\.\d%\ntop-5 +100\.0%\nloss +\d+\.\d{4}\n$/,
  );
});

test("several threads", async () => {
  const words = ["eval", onnx, "--data", `cifar10:${cifar}`, "--build", "baseline"];
  const [one, two] = [await json(...words), await json(...words, "--threads", "2")];
  assert.equal([one.threads, two.threads, two.loss], [1, 2, one.loss]);
});

test("only the first pictures", async () => {
  const data = await json("eval", onnx, "--data", `cifar10:${cifar}`, "--limit", "7");
  assert.equal([data.n, data.set], [7, "cifar10:some.bin, first 7"]);
  assert.is((await json("eval", onnx, "--data", `cifar10:${cifar}`, "--limit", "1000")).n, 30);
});

test("a folder is its test part", async () => {
  const batches = folder.at("batches");
  mkdirSync(batches);
  copyFileSync(cifar, join(batches, "test_batch.bin"));
  writeCifar(join(batches, "data_batch_1.bin"), 3);
  const { n, set } = await json("eval", onnx, "--data", `cifar10:${batches}`);
  assert.equal([n, set], [30, "cifar10:test_batch.bin"]);
});

test("the built-in set is its test part, unless it says otherwise", async () => {
  const ten = writeOnnx(folder.at("ten.onnx"), resnet({ depth: 8, width: 4, size: SIDE, classes: 10, seed: 1 }));
  const data = await json("eval", ten, "--data", "glyphs:n=30");
  assert.equal([data.n, data.set, data.skipped], [30, "glyphs:test,seed=1,n=30", 0]);
  assert.is(
    (await json("eval", ten, "--data", "glyphs,train", "--limit", "10")).set,
    "glyphs:train,seed=1,n=10000, first 10",
  );
  const message = /label 4 of picture 4, but the network has 4 classes/;
  await refuses(folder.path, ["eval", onnx, "--data", "glyphs"], 4, message);
  await refuses(folder.path, ["eval", onnx, "--data", "glyphs:n=x"], 2, /glyphs:n=x: expected train or test, seed=1/);
});

test("a folder of pictures, of which some cannot be read", async () => {
  const pictures = folder.at("pictures");
  for (const name of ["ant", "bee"]) mkdirSync(join(pictures, name), { recursive: true });
  const png = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  for (const name of ["ant/1.png", "ant/2.png", "bee/3.png"]) writeFileSync(join(pictures, name), png);
  assert.is((await json("eval", onnx, "--data", `images:${pictures}`)).n, 3);
  writeFileSync(join(pictures, "bee/0.png"), "no picture");
  const { code, out, err } = await espalier("eval", onnx, "--data", `images:${pictures}`, "--json");
  const { n, skipped } = JSON.parse(out) as { n: number; skipped: number };
  assert.equal([code, n, skipped], [0, 3, 1]);
  assert.match(err, /^1 of 4 files skipped: .*bee.0\.png \(expected a PNG or JPEG file, came one that .*\)\n$/);
  for (const name of ["5.png", "6.png", "7.png"]) writeFileSync(join(pictures, "ant", name), "");
  assert.match(
    (await espalier("eval", onnx, "--data", `images:${pictures}`)).err,
    /^4 of 7 files skipped: .*; \.\.\n$/,
  );
});

test("pictures and labels from .npy", async () => {
  const bytes = bytesOf(6 * SIDE * SIDE * 3);
  const pictures = writeIntegers(folder.at("pictures.npy"), [6, SIDE, SIDE, 3], "|u1", (i) => bytes[i]!);
  const labels = writeIntegers(folder.at("labels.npy"), [6], "<i8", (i) => i % CLASSES);
  assert.is((await json("eval", onnx, "--data", `npy:${pictures},${labels}`)).n, 6);
  await refuses(folder.path, ["eval", onnx, "--data", `npy:${pictures}`], 4, /pictures\.npy: has no labels/);
  const large = writeIntegers(folder.at("large.npy"), [6], "<i8", (i) => i);
  await refuses(
    folder.path,
    ["eval", onnx, "--data", `npy:${pictures},${large}`],
    4,
    /label 4 of picture 4, but the network has 4 classes/,
  );
});

test("data that is not there, or not what it should be", async () => {
  const check = (code: number, message: RegExp, data: string, ...words: readonly string[]) =>
    refuses(folder.path, ["eval", onnx, "--data", data, ...words], code, message);
  await check(4, /none: expected a CIFAR-10 binary file/, `cifar10:${folder.at("none")}`);
  await check(4, /none: expected a folder with MNIST/, `mnist:${folder.at("none")}`);
  await check(4, /none\.npy: expected a \.npy file of pictures, found nothing/, `npy:${folder.at("none.npy")}`);
  await check(2, /expected a set of pictures \(cifar10:.*mnist:.*npy:.*\), came "imagenet:x"/, "imagenet:x");
  await check(2, /expected a set of pictures .*, came "some\.bin"/, "some.bin");
  await check(2, /--limit.*whole number from 1 on/, `cifar10:${cifar}`, "--limit", "0");
  await check(2, /--limit.*whole number from 1 on/, `cifar10:${cifar}`, "--limit", "1.5");
  await check(2, /--build.*auto, baseline, relaxed/, `cifar10:${cifar}`, "--build", "fast");
  const cut = folder.at("cut.bin");
  writeFileSync(cut, readFileSync(cifar).subarray(0, 5000));
  await check(4, /cut\.bin: expected a multiple of 3073 bytes, came 5000/, `cifar10:${cut}`);
  const floats = folder.at("floats.npy");
  writeFileSync(floats, writeNpy([1, SIDE, SIDE], new Float32Array(SIDE * SIDE)));
  await check(4, /floats\.npy: expected pictures of uint8/, `npy:${floats}`);
});

test("networks that take no pictures", async () => {
  const two = writeOnnx(folder.at("two.onnx"), twoEnds());
  await refuses(
    folder.path,
    ["eval", two, "--data", `cifar10:${cifar}`],
    2,
    /two ends: has 2 inputs; this works on networks with one/,
  );
});

test.run();
