import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNpy, writeNpy } from "../../src/data/npy.js";
import { GraphBuilder } from "../../src/models/index.js";
import { writeTensorFile } from "../../src/onnx/tensor-file.js";
import { load } from "../../src/runtime/index.js";
import {
  bytesOf,
  classifier,
  json,
  refuses,
  SIDE,
  succeeds,
  temporaryFolder,
  twoEnds,
  writeOnnx,
  writePng,
} from "./command-line.js";

const test = suite("cli/run");
const folder = temporaryFolder();
const graph = classifier();
const onnx = writeOnnx(folder.at("net.onnx"), graph);
const esp = folder.at("net.esp");
writeFileSync(esp, compile(graph));
const two = writeOnnx(folder.at("two.onnx"), twoEnds());

const pixels = bytesOf(3 * SIDE * SIDE);
const planar = Float32Array.from(
  { length: pixels.length },
  (_, i) => pixels[(i % (SIDE * SIDE)) * 3 + Math.floor(i / SIDE / SIDE)]!,
);
const npy = folder.at("input.npy");
writeFileSync(npy, writeNpy([1, 3, SIDE, SIDE], planar));
const pb = folder.at("input_0.pb");
writeFileSync(pb, writeTensorFile("input", { shape: [1, 3, SIDE, SIDE], data: planar }));
const png = writePng(folder.at("input.png"), SIDE, SIDE, pixels);

function vector(name: string, ...numbers: readonly number[]): string {
  const path = folder.at(`${name}.npy`);
  writeFileSync(path, writeNpy([1, numbers.length], Float32Array.from(numbers)));
  return path;
}

test("the same numbers from .npy, .pb and .png, through .onnx and .esp", async () => {
  const session = await load(compile(graph));
  const expected = [...session.run({ input: planar })["logits"]!];
  for (const network of [onnx, esp]) {
    for (const input of [npy, pb, png, `input=${png}`]) {
      const data = await json("run", network, "--input", input);
      assert.equal(data.outputs, { logits: { shape: [1, 4], data: expected } }, input);
      assert.is(data.build, session.build);
      assert.ok(data.milliseconds > 0);
    }
  }
});

test("every build", async () => {
  const data = await json("run", esp, "--input", npy, "--build", "baseline");
  assert.is(data.build, "baseline");
});

test("several threads give the bits of one", async () => {
  const words = ["run", esp, "--input", npy, "--build", "baseline"];
  const [one, two] = [await json(...words), await json(...words, "--threads", "2")];
  assert.equal([one.threads, two.threads], [1, 2]);
  assert.equal(two.outputs, one.outputs);
});

test("the best classes", async () => {
  const data = await json("run", onnx, "--input", npy, "--top", "2");
  assert.is(data.top.length, 2);
  assert.ok(data.top[0].score >= data.top[1].score);
  const text = await succeeds("run", onnx, "--input", npy, "--top", "3");
  assert.is(text.trimEnd().split("\n").length, 5);
});

test("named inputs in any order, unnamed ones in the network's", async () => {
  const [a, b] = [vector("left", 1, -2, 3), vector("right", 10, 20, 30)];
  const expected = { "sum/of:both": [11, 18, 33], "x y": [1, 0, 3] };
  for (const inputs of [
    [a, b],
    [`a=${a}`, `b:0=${b}`],
    [`b:0=${b}`, `a=${a}`],
    [`b:0=${b}`, a],
    [b, `a=${a}`],
  ]) {
    const { outputs } = await json("run", two, "--input", ...inputs);
    for (const [name, numbers] of Object.entries(expected)) assert.equal(outputs[name].data, numbers, inputs.join(" "));
  }
  assert.match(await succeeds("run", two, "--input", a, b), /sum\/of:both +1x3 +11\.00 +20\.67 +33\.00\n/);
});

test("a file whose name has an equals sign", async () => {
  const odd = vector("lr=0.1", 1, 2, 3);
  const { outputs } = await json("run", two, "--input", odd, `b:0=${odd}`);
  assert.equal(outputs["sum/of:both"].data, [2, 4, 6]);
});

test("one output as a file", async () => {
  const to = folder.at("y.npy");
  const data = await json("run", onnx, "--input", npy, "--output", to);
  const { shape, data: numbers } = readNpy(readFileSync(to), to);
  assert.equal([shape, [...(numbers as Float32Array)]], [[1, 4], data.outputs.logits.data]);
});

test("every output as a file in a folder, whatever its name", async () => {
  const answers = folder.at("answers", "deep");
  await succeeds("run", two, "--input", vector("left", 1, -2, 3), vector("right", 10, 20, 30), "--output", answers);
  for (const [name, numbers] of [
    ["sum_of_both.npy", [11, 18, 33]],
    ["x_y.npy", [1, 0, 3]],
  ] as const) {
    const path = folder.at("answers", "deep", name);
    assert.equal([...(readNpy(readFileSync(path), path).data as Float32Array)], numbers);
  }
});

test("outputs whose names become the same do not overwrite each other", async () => {
  const b = new GraphBuilder(1);
  const x = b.input("x", [1, 2]);
  const minus = b.node("y/0", "mul", {}, [x, b.constant("minus", [1], () => -1)]);
  const file = writeOnnx(folder.at("alike.onnx"), b.build("alike", [b.relu("y:0", x), minus]));
  const answers = folder.at("alike");
  await succeeds("run", file, "--input", vector("pair", 1, -1), "--output", answers);
  const read = (name: string) => [...(readNpy(readFileSync(folder.at("alike", name)), name).data as Float32Array)];
  assert.equal(
    [read("y_0.npy"), read("y_0_2.npy")],
    [
      [1, 0],
      [-1, 1],
    ],
  );
});

test("large outputs are not printed", async () => {
  const b = new GraphBuilder(1);
  const file = writeOnnx(folder.at("large.onnx"), b.build("large", [b.relu("y", b.input("x", [1, 20_000]))]));
  const path = folder.at("large.npy");
  writeFileSync(path, writeNpy([1, 20_000], new Float32Array(20_000).fill(-1)));
  assert.equal((await json("run", file, "--input", path)).outputs, { y: { shape: [1, 20_000] } });
});

test("a picture of another size is resized", async () => {
  const large = writePng(folder.at("large.png"), 20, 12, bytesOf(3 * 20 * 12));
  assert.ok((await json("run", onnx, "--input", large)).outputs.logits.data.every(Number.isFinite));
});

test("inputs that do not fit", async () => {
  const check = (code: number, message: RegExp, network: string, ...words: readonly string[]) =>
    refuses(folder.path, ["run", network, "--output", folder.at("new"), "--input", ...words], code, message);
  await check(4, /left\.npy: has shape 1x3, input "input" wants 1x3x8x8/, onnx, vector("left", 1, 2, 3));
  const text = folder.at("text.npy");
  writeFileSync(text, "1, 2, 3");
  await check(4, /text\.npy: expected a \.npy file/, onnx, text);
  const tensor = folder.at("text.pb");
  writeFileSync(tensor, "not a tensor");
  await check(4, /text\.pb: /, onnx, tensor);
  const picture = folder.at("text.png");
  writeFileSync(picture, "not a picture");
  await check(4, /text\.png: expected a PNG or JPEG file/, onnx, picture);
  await check(2, /labels\.csv: cannot be read as an input; expected \.npy, \.pb, \.png/, onnx, folder.at("labels.csv"));
  await check(4, /none\.npy: there is no such file/, onnx, folder.at("none.npy"));
  await check(2, /--input: 2 given; the network wants 1: input \(1x3x8x8\)/, onnx, npy, npy);
  await check(2, /--input: 1 given; the network wants 2: a \(1x3\), b:0 \(1x3\)/, two, vector("left", 1, 2, 3));
  await check(
    2,
    /input "a": expected an input that is a picture \(.*\), came 1 x 3/,
    two,
    png,
    vector("left", 1, 2, 3),
  );
  mkdirSync(folder.at("folder.npy"), { recursive: true });
  await check(4, /folder\.npy: /, onnx, folder.at("folder.npy"));
});

test("outputs that cannot be written", async () => {
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["run", ...words], code, message);
  const both = ["--input", vector("left", 1, 2, 3), vector("right", 1, 2, 3)];
  await check(
    2,
    /--output: one \.npy file for 2 outputs; give a folder/,
    two,
    ...both,
    "--output",
    folder.at("y2.npy"),
  );
  await check(
    5,
    /none.y\.npy: cannot be written: the folder .*none does not exist/,
    onnx,
    "--input",
    npy,
    "--output",
    folder.at("none", "y.npy"),
  );
  await check(5, /folder\.npy: is a folder/, onnx, "--input", npy, "--output", folder.at("folder.npy"));
  await check(5, /input\.png: /, onnx, "--input", npy, "--output", png);
  await check(2, /--top.*whole number from 1 on/, onnx, "--input", npy, "--top", "0");
  assert.not(existsSync(folder.at("none")));
});

test.run();
