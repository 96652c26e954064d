import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importOnnx } from "../../src/onnx/import.js";
import {
  bytesOf,
  classifier,
  contents,
  espalier,
  json,
  refuses,
  SIDE,
  temporaryFolder,
  writeIntegers,
  writeOnnx,
} from "./command-line.js";
import { interrupt, smallNetwork, trains } from "./training.js";

const test = suite("cli/train");
const folder = temporaryFolder();
const model = writeOnnx(folder.at("small.onnx"), smallNetwork());
const SMALL = ["train", "--model", model, "--data", "glyphs:n=200", "--batch", "20", "--build", "baseline"];

const read = (path: string) => importOnnx(readFileSync(path)).graph;

test("a small architecture learns the built-in set, and the file has what eval needs", async () => {
  const output = folder.at("glyphs.onnx");
  const { epochs, last, err } = await trains(
    ...["train", "--net", "resnet8_32", "--data", "glyphs", "--limit", "400", "--validation", "glyphs:n=100"],
    ...["--epochs", "3", "--batch", "8", "--optimiser", "adam", "--lr", "0.003", "--build", "baseline", "-o", output],
  );
  assert.equal(
    epochs.map(({ epoch }) => epoch),
    [1, 2, 3],
  );
  assert.equal(Object.keys(epochs[0]).sort(), [
    "epoch",
    "imagesPerSecond",
    "learningRate",
    "loss",
    "top1",
    "validationTop1",
  ]);
  assert.ok(epochs[2].loss < epochs[0].loss - 0.1, `${epochs[0].loss} -> ${epochs[2].loss}`);
  assert.ok(epochs[2].top1 > 0.2, `${epochs[2].top1}`);
  assert.equal([last.output, last.threads, last.build, last.pictures], [output, 1, "baseline", 400]);
  assert.equal([last.history, last.loss, last.validationTop1], [epochs, epochs[2].loss, epochs[2].validationTop1]);
  assert.match(err, /^resnet8: 19,218 parameters; glyphs:train.*: 400 pictures\n3 epochs of 50 steps with 8 pictures/);
  assert.match(
    err,
    /adam, learning rate 0\.003 \(cosine\); augmentation: none\n[\d.]+ MB of memory for a step; 1 thread/,
  );
  const { about, nodes } = read(output);
  assert.ok(nodes.some(({ op }) => op === "batch-norm"));
  assert.equal([about.task, about.labels.length, about.labels[0]], ["classes", 10, "ring"]);
  assert.equal(about.preprocessing["input"], last.preprocessing);
  assert.ok(last.preprocessing.std.every((std: number) => std > 0.1 && std < 0.5));
  const [step] = about.provenance;
  assert.match(
    step!.detail,
    /^--net resnet8_32 --data glyphs:train.* --epochs 3 --batch 8 --optimiser adam --lr 0\.003 /,
  );
  assert.equal(
    step!.measurements.map(({ name, after }) => [name, after]),
    [["validationTop1", last.validationTop1]],
  );
  assert.is((await json("eval", output, "--data", "glyphs:n=100")).top1, last.validationTop1);
});

test("the same seed gives the same bytes with any number of threads; another seed others", async () => {
  const [one, two, three] = ["one.onnx", "two.onnx", "three.onnx"].map((name) => folder.at(name)) as [
    string,
    string,
    string,
  ];
  const words = [...SMALL, "--epochs", "1", "--augment", "crop=1,flip,cutout=2", "--warm-up", "0.5"];
  await trains(...words, "-o", one);
  await trains(...words, "--threads", "2", "-o", two);
  await trains(...words, "--seed", "2", "-o", three);
  assert.equal(readFileSync(one), readFileSync(two));
  assert.not.equal(readFileSync(one), readFileSync(three));
  assert.match(read(one).about.provenance[0]!.detail, /--warm-up 0\.5 --augment crop=1,flip,cutout=2 --seed 1$/);
});

test("--model begins from scratch, --keep-weights from what is there", async () => {
  const [fresh, kept] = [folder.at("fresh.esp"), folder.at("kept.esp")];
  const words = ["--epochs", "1", "--optimiser", "adam", "--lr", "1e-6", "--momentum"];
  await refuses(folder.path, [...SMALL, ...words, "0.5", "-o", fresh], 2, /--momentum: belongs to sgd/);
  const gamma = async (...more: readonly string[]) => {
    const output = folder.at("gamma.onnx");
    await trains(...SMALL, ...words.slice(0, -1), ...more, "-o", output);
    return read(output).constants.get("bn1.gamma")!.data;
  };
  const original = smallNetwork().constants.get("bn1.gamma")!.data;
  for (const [i, value] of (await gamma()).entries()) assert.ok(Math.abs(value - 1) < 1e-3, `${i}: ${value}`);
  for (const [i, value] of (await gamma("--keep-weights")).entries()) assert.ok(Math.abs(value - original[i]!) < 1e-3);
  await trains(...SMALL, "--epochs", "1", "--weights", "f16", "-o", kept);
  assert.equal((await json("inspect", kept)).about.provenance[0].step, "train");
});

test("as text: a line for each epoch, and the file", async () => {
  const { code, out } = await espalier(
    ...SMALL,
    "--epochs",
    "2",
    "--validation",
    "glyphs:n=20",
    "-o",
    folder.at("text.esp"),
  );
  assert.is(code, 0);
  const line = (epoch: number) =>
    `epoch ${epoch}/2 {2}loss \\d\\.\\d{4} {2}top-1 \\d+\\.\\d% {2}validation \\d+\\.\\d\\d% {2}[\\d.]+( k)? pictures/s {2}learning rate [\\de.-]+\n`;
  assert.match(out, new RegExp(`^${line(1)}${line(2)}.*text\\.esp: [\\d.]+ kB, validation \\d+\\.\\d\\d%\n$`));
});

test("a run that Ctrl-C stopped goes on to the same bytes", async () => {
  const [whole, parts, saved] = [folder.at("whole.onnx"), folder.at("parts.onnx"), folder.at("parts.onnx.checkpoint")];
  const words = [...SMALL, "--data", "glyphs:n=800", "--epochs", "12"];
  await trains(...words, "-o", whole);
  const { code, err } = await interrupt(...words, "-o", parts);
  assert.is(code, 130, err);
  assert.match(err, /stopping after this step; Ctrl-C again ends at once\n/);
  assert.match(err, /espalier: stopped in epoch \d+; the same command with --resume .*parts\.onnx\.checkpoint goes on/);
  assert.not.ok(existsSync(parts));
  const resumed = await trains(...words, "--resume", saved, "-o", parts);
  assert.equal(readFileSync(parts), readFileSync(whole));
  assert.is(resumed.last.history.length, 12);
  assert.match(resumed.err, /12 epochs of 40 steps with 20 pictures each, [\d,]+ of them are through/);
});

test("a checkpoint after each epoch; one of another run is refused", async () => {
  const [output, saved] = [folder.at("saved.onnx"), folder.at("run.checkpoint")];
  const words = [...SMALL, "--epochs", "2"];
  await trains(...words, "--checkpoint", saved, "-o", output);
  const { epochs, last } = await trains(...words, "--resume", saved, "-o", folder.at("again.onnx"));
  assert.equal([epochs.length, last.history.length], [0, 2]);
  assert.equal(readFileSync(output), readFileSync(folder.at("again.onnx")));
  const check = (message: RegExp, code: number, ...more: readonly string[]) =>
    fails([...words, "-o", output, ...more], code, message);
  await check(
    /run\.checkpoint: the checkpoint was made with seed 1, not 2; a run goes on only as it began/,
    2,
    "--resume",
    saved,
    "--seed",
    "2",
  );
  await check(/made with epochs 2, not 3/, 2, "--resume", saved, "--epochs", "3");
  await check(
    /made with set "glyphs:train,seed=1,n=200", not "glyphs:train,seed=3,n=200"/,
    2,
    "--resume",
    saved,
    "--data",
    "glyphs:n=200,seed=3",
  );
  const other = writeOnnx(folder.at("other.onnx"), classifier());
  const four = writeIntegers(folder.at("four.npy"), [40], "<i8", (i) => i % 4);
  const bytes = bytesOf(40 * SIDE * SIDE * 3);
  const pictures = writeIntegers(folder.at("pictures.npy"), [40, SIDE, SIDE, 3], "|u1", (i) => bytes[i]!);
  await check(
    /the checkpoint is of another network/,
    2,
    "--resume",
    saved,
    "--model",
    other,
    "--data",
    `npy:${pictures},${four}`,
  );
  await check(/small\.onnx: is not a checkpoint, or is damaged/, 4, "--resume", model);
  await check(/none: there is no such file/, 4, "--resume", folder.at("none"));
});

test("numbers that are no longer finite: the step, the layer, and the last good checkpoint", async () => {
  const [output, saved] = [folder.at("nan.onnx"), folder.at("nan.checkpoint")];
  // Decay by three times the weights: they change their signs and double, step by step.
  const words = [...SMALL, "--epochs", "40", "--lr", "0.01", "--weight-decay", "400", "--momentum", "0", "-o", output];
  const { code, err } = await espalier(...words, "--checkpoint", saved);
  assert.is(code, 6, err);
  assert.match(
    err,
    /espalier: resnet8: what layer "[\w.]+" gives is not finite at step \d+ \(epoch \d+, batch \d+\), .*lower --lr/,
  );
  assert.match(err, /; the last good checkpoint is .*nan\.checkpoint\n$/);
  assert.ok(existsSync(saved));
  assert.not.ok(existsSync(output));
  assert.match(
    (await espalier(...SMALL, "--epochs", "1", "--lr", "1e30", "-o", output)).err,
    /no checkpoint was asked for/,
  );
});

test("what can be known to fail fails before training", async () => {
  const output = folder.at("never.onnx");
  const base = ["train", "--net", "resnet8_32", "--data", "glyphs:n=50", "--epochs", "1", "-o", output];
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, [...base, ...words], code, message);
  await check(2, /has 50 pictures, too few for a batch of 64; take smaller batches/);
  await check(4, /label 4 of picture 4, but the network has 4 classes/, "--classes", "4");
  await check(2, /give --net for an architecture, or --model/, "--model", model);
  await check(2, /--keep-weights: an architecture has no weights/, "--keep-weights");
  await check(5, /never: the folder .* does not exist|cannot be written/, "-o", folder.at("none", "net.onnx"));
  await check(5, /cannot be written/, "--checkpoint", folder.at("none", "run"));
  await check(2, /cannot be one file/, "--checkpoint", output);
  await check(2, /a network is written as \.onnx or \.esp/, "-o", folder.at("net.txt"));
  await check(2, /--augment.*Expected crop=PIXELS/, "--augment", "mirror");
  await check(2, /crop: expected 0 to 32 pixels, came 33/, "--augment", "crop=33", "--batch", "10");
  await check(2, /--lr.*above 0/, "--lr", "0");
  await check(2, /--net.*resnet8_32/, "--net", "alexnet");
  await refuses(
    folder.path,
    base.filter((_, i) => i !== 5 && i !== 6),
    2,
    /--epochs: say how often/,
  );
});

test("sets without labels, and files that are no pictures", async () => {
  const bytes = bytesOf(8 * SIDE * SIDE * 3);
  const bare = writeIntegers(folder.at("bare.npy"), [8, SIDE, SIDE, 3], "|u1", (i) => bytes[i]!);
  const words = ["train", "--epochs", "1", "--batch", "2", "-o", folder.at("folder.onnx")];
  await refuses(
    folder.path,
    [...words, "--net", "resnet8_32", "--data", `npy:${bare}`],
    4,
    /bare\.npy: has no labels; training needs them/,
  );
  const kinds = folder.at("kinds");
  for (const [at, name] of ["ant", "bee"].entries()) {
    mkdirSync(join(kinds, name), { recursive: true });
    const png = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 60 * at) });
    for (const file of ["1.png", "2.png", "3.png"]) writeFileSync(join(kinds, name, file), png);
  }
  writeFileSync(join(kinds, "bee", "4.png"), "no picture");
  const { last, err } = await trains(...words, "--net", "resnet8_32", "--data", `images:${kinds}`);
  assert.equal([last.skipped, last.pictures], [1, 6]);
  assert.match(err, /^1 of 7 files skipped: .*4\.png/);
  assert.equal(read(folder.at("folder.onnx")).about.labels, ["ant", "bee"]);
});

/** As `refuses`, for runs that have said what they are about to do. */
async function fails(words: readonly string[], code: number, message: RegExp): Promise<void> {
  const before = contents(folder.path);
  const ended = await espalier(...words);
  assert.equal([ended.code, ended.out], [code, ""], ended.err);
  assert.match(ended.err, message);
  assert.equal(contents(folder.path), before);
}

test.run();
