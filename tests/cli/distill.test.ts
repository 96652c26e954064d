import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MODELS, resnet } from "../../src/models/index.js";
import { importOnnx } from "../../src/onnx/import.js";
import {
  bytesOf,
  classifier,
  json,
  refuses,
  SIDE,
  succeeds,
  temporaryFolder,
  writeIntegers,
  writeOnnx,
} from "./command-line.js";
import { smallNetwork, trains } from "./training.js";

const test = suite("cli/distill");
const folder = temporaryFolder();
const teacher = writeOnnx(folder.at("teacher.onnx"), smallNetwork(1));
const student = writeOnnx(folder.at("student.onnx"), smallNetwork(2));
const SHORT = ["distill", "--teacher", teacher, "--data", "glyphs:n=200", "--batch", "20", "--build", "baseline"];

test("labels and teacher, or the teacher alone", async () => {
  const output = folder.at("both.onnx");
  const both = await trains(...SHORT, "--student", student, "--epochs", "1", "-o", output);
  assert.ok(both.epochs[0].top1 > 0);
  const details = () => importOnnx(readFileSync(output)).graph.about.provenance[0]!.detail;
  assert.match(details(), /^--teacher teacher\.onnx --temperature 4 --weight 0\.9 --data glyphs/);
  const alone = await trains(...SHORT, "--student", student, "--epochs", "1", "--no-labels", "-o", output);
  assert.is(alone.epochs[0].top1, null);
  assert.match(details(), /^--teacher teacher\.onnx --temperature 4 --no-labels --data glyphs/);
  assert.not.equal(both.last.loss, alone.last.loss);
});

test("pictures without labels: the student comes to answer as the teacher", async () => {
  const bytes = bytesOf(60 * SIDE * SIDE * 3);
  const pictures = writeIntegers(folder.at("pictures.npy"), [60, SIDE, SIDE, 3], "|u1", (i) => bytes[i]!);
  const output = folder.at("follows.onnx");
  const { epochs } = await trains(
    ...[...SHORT, "--student", student, "--data", `npy:${pictures}`, "--epochs", "8", "--lr", "0.02"],
    ...["--mean", "0.5", "--std", "0.25", "-o", output],
  );
  assert.ok(epochs.every(({ top1 }) => top1 === null));
  assert.ok(epochs.at(-1).loss < epochs[0].loss / 3, `${epochs[0].loss} -> ${epochs.at(-1).loss}`);
  assert.equal((await json("inspect", output)).about.preprocessing.input.mean, [0.5, 0.5, 0.5]);
});

test("an architecture with new weights, and the teacher's names of classes", async () => {
  const large = folder.at("large.esp");
  writeOnnx(folder.at("large.onnx"), resnet({ depth: 8, width: 4, classes: 10 }));
  await succeeds("compile", folder.at("large.onnx"), "-o", large, "--mean", "0.5", "--std", "0.3");
  const words = [
    "distill",
    "--teacher",
    large,
    "--net",
    "resnet8_32",
    "--data",
    "glyphs:n=40",
    "--batch",
    "20",
    "--epochs",
    "1",
  ];
  const { last } = await trains(...words, "-o", folder.at("net.onnx"));
  assert.is(last.optimiser, "--optimiser sgd --lr 0.1");
  assert.equal(last.preprocessing.mean, [0.5, 0.5, 0.5]);
  const { nodes } = importOnnx(readFileSync(folder.at("net.onnx"))).graph;
  assert.is(nodes.length, MODELS["resnet8_32"]!().nodes.length);
});

test("pairs that do not fit", async () => {
  const to = ["--epochs", "1", "-o", folder.at("never.onnx")];
  const check = (message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, [...SHORT, ...to, ...words], 2, message);
  await check(/distill: give --student for a network, or --net/);
  await check(/distill: give --student for a network, or --net/, "--student", student, "--net", "resnet8_32");
  await check(/--teacher: has 10 classes, the student 4/, "--student", writeOnnx(folder.at("four.onnx"), classifier()));
  await check(/--teacher: takes pictures of 1x3x8x8, the student of 1x3x32x32/, "--net", "resnet8_32");
  await check(/--initialise: an architecture has new weights/, "--net", "resnet8_32", "--initialise");
  await check(/--weight.*from 0 to 1/, "--student", student, "--weight", "2");
  await check(/--temperature.*above 0/, "--student", student, "--temperature", "0");
  const normalised = folder.at("normalised.esp");
  await succeeds("compile", student, "-o", normalised, "--mean", "0.4");
  await check(/say different things of how pictures go in; give --mean/, "--student", normalised);
});

test.run();
