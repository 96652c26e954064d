import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fillInput, preprocessingFor } from "../../src/data/preprocess.js";
import { load } from "../../src/runtime/index.js";
import {
  bytesOf,
  CLASSES,
  classifier,
  json,
  refuses,
  SIDE,
  succeeds,
  temporaryFolder,
  twoEnds,
  writeCifar,
  writeOnnx,
  writePng,
} from "./command-line.js";

const test = suite("cli/compile");
const folder = temporaryFolder();
const onnx = writeOnnx(folder.at("net.onnx"), classifier());
const labels = folder.at("labels.txt");
writeFileSync(labels, "cat\r\ndog\nbird\nsteam engine\n\n");
const NORMALISED = ["--mean", "0.5,0.4,0.3", "--std", "0.2"];
const preprocessing = preprocessingFor([1, 3, SIDE, SIDE], { mean: [0.5, 0.4, 0.3], std: [0.2] });

test("a file that loads, and what it weighs", async () => {
  const to = folder.at("plain.esp");
  const data = await json("compile", onnx, "-o", to);
  const bytes = readFileSync(to);
  assert.equal([data.file, data.bytes, data.weights], [to, bytes.length, "f32"]);
  assert.is(data.sourceBytes, statSync(onnx).size);
  const session = await load(bytes);
  assert.equal([data.macs, data.peakBytes], [session.macs, session.peakBytes]);
  assert.equal(session.inputs[0]!.preprocessing, undefined);
});

test("the same bytes every time, and from what was compiled before", async () => {
  const [once, again, from] = ["once.esp", "again.esp", "from.esp"].map((name) => folder.at(name)) as [
    string,
    string,
    string,
  ];
  await succeeds("compile", onnx, "-o", once);
  await succeeds("compile", onnx, "-o", again);
  await succeeds("compile", once, "-o", from);
  assert.equal(readFileSync(again), readFileSync(once));
  assert.equal(readFileSync(from), readFileSync(once));
});

test("half the size", async () => {
  const [full, half] = [folder.at("full.esp"), folder.at("half.esp")];
  await succeeds("compile", onnx, "-o", full);
  const data = await json("compile", onnx, "-o", half, "--weights", "f16");
  assert.is(data.weights, "f16");
  assert.ok(statSync(half).size < 0.75 * statSync(full).size);
  const input = bytesOf(3 * SIDE * SIDE).map((v) => v) as Uint8Array;
  const [a, b] = await Promise.all(
    [full, half].map(async (path) => (await load(readFileSync(path))).run({ input })["logits"]!),
  );
  const largest = Math.max(...a!.map(Math.abs));
  a!.forEach((v, i) => assert.ok(Math.abs(v - b![i]!) < 0.02 * largest));
  assert.not.equal([...a!], [...b!]);
});

test("what the file knows of pictures and classes is used by run and eval", async () => {
  const to = folder.at("knowing.esp");
  await succeeds("compile", onnx, "-o", to, ...NORMALISED, "--labels", labels);
  const session = await load(readFileSync(to));
  assert.equal(session.labels, ["cat", "dog", "bird", "steam engine"]);
  assert.is(session.task, "classes");
  const own = session.inputs[0]!.preprocessing!;
  preprocessing.mean.forEach((v, i) => assert.ok(Math.abs(own.mean[i]! - v) < 1e-6));

  const pixels = bytesOf(3 * SIDE * SIDE, 4);
  const png = writePng(folder.at("picture.png"), SIDE, SIDE, pixels);
  const input = new Float32Array(3 * SIDE * SIDE);
  fillInput({ width: SIDE, height: SIDE, channels: 3, pixels }, own, input);
  const expected = [...session.run({ input })["logits"]!];
  const ran = await json("run", to, "--input", png);
  assert.equal(ran.outputs.logits.data, expected);
  const best = expected.indexOf(Math.max(...expected));
  assert.equal(ran.top[0], { index: best, label: session.labels[best], score: expected[best] });
  assert.match(
    await succeeds("run", to, "--input", png),
    new RegExp(`class +label +score\\n.*\\n *${best} +${session.labels[best]}`),
  );
  assert.equal((await json("run", onnx, "--input", png, ...NORMALISED)).outputs.logits.data.length, CLASSES);

  const cifar = writeCifar(folder.at("test_batch.bin"), 12);
  const told = await json("eval", to, "--data", `cifar10:${cifar}`);
  const typed = await json("eval", onnx, "--data", `cifar10:${cifar}`, ...NORMALISED);
  const raw = await json("eval", onnx, "--data", `cifar10:${cifar}`);
  assert.ok(Math.abs(told.loss - typed.loss) < 1e-5);
  assert.equal([told.top1, told.top5, told.n], [typed.top1, typed.top5, 12]);
  assert.ok(Math.abs(told.loss - raw.loss) > 1e-3);
  assert.equal(
    (await json("eval", to, "--data", `cifar10:${cifar}`, "--mean", "0", "--std", "1")).preprocessing.mean,
    [0, 0, 0],
  );
});

test("what is known survives compiling again, and options replace only what they say", async () => {
  const [first, second, third] = ["a.esp", "b.esp", "c.esp"].map((name) => folder.at(name)) as [string, string, string];
  await succeeds("compile", onnx, "-o", first, ...NORMALISED, "--labels", labels);
  await succeeds("compile", first, "-o", second, "--weights", "f16");
  const about = (await json("inspect", second)).about;
  assert.equal(about, (await json("inspect", first)).about);
  await succeeds("compile", second, "-o", third, "--colour", "bgr");
  const changed = (await json("inspect", third)).about;
  assert.is(changed.preprocessing.input.colour, "bgr");
  assert.equal(changed.preprocessing.input.mean, about.preprocessing.input.mean);
  assert.equal(changed.labels, about.labels);
});

test("text for people", async () => {
  const to = folder.at("text.esp");
  assert.match(
    await succeeds("compile", onnx, "-o", to),
    /^.*text\.esp: [\d.]+ kB \(.*net\.onnx has [\d.]+ kB\), [\d.]+ kB of memory to run\n$/,
  );
});

test("what cannot be compiled as asked", async () => {
  const to = folder.at("refused.esp");
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["compile", ...words], code, message);
  await check(2, /net\.bin: a compiled network ends in \.esp/, onnx, "-o", folder.at("net.bin"));
  await check(2, /--weights.*f32, f16/, onnx, "-o", to, "--weights", "f8");
  await check(2, /--mean.*Expected numbers with commas/, onnx, "-o", to, "--mean", "a,b");
  await check(2, /mean: expected one number, 3 or none.*came 2/, onnx, "-o", to, "--mean", "1,2");
  await check(2, /input "input": expected std above 0, came 0/, onnx, "-o", to, "--std", "0");
  await check(5, /none\.txt/, onnx, "-o", to, "--labels", folder.at("none.txt"));
  writeFileSync(folder.at("few.txt"), "a\nb\n");
  await check(2, /few\.txt: 2 labels for 4 classes/, onnx, "-o", to, "--labels", folder.at("few.txt"));
  const two = writeOnnx(folder.at("two.onnx"), twoEnds());
  await check(2, /two ends: has 2 inputs; this works on networks with one/, two, "-o", to, "--mean", "0.5");
});

test("a link stays a link, and what it points to is written", async () => {
  const [real, link] = [folder.at("real.esp"), folder.at("link.esp")];
  writeFileSync(real, "old");
  symlinkSync(real, link);
  await succeeds("compile", onnx, "-o", link);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(real), readFileSync(link));
  assert.ok(readFileSync(real).length > 1000);
});

test.run();
