import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { espalier, json, refuses, succeeds, twoEnds, writeOnnx } from "../command-line.js";
import { NORMALISED, filesToPrune } from "./pruned-files.js";

const test = suite("cli/prune, recovery");
const { cifar, esp, folder, onnx } = filesToPrune();

test("statistics are recovered on pictures, with or without batch norm", async () => {
  const data = await json(
    "prune",
    onnx,
    "--keep",
    "channels=0.5",
    "--recover",
    "statistics",
    "--data",
    `cifar10:${cifar}`,
    ...NORMALISED,
    "-o",
    folder.at("recovered.onnx"),
  );
  assert.equal(data.recovery, { kind: "batch-norm", places: 7 });
  const folded = await json(
    "prune",
    esp,
    "--keep",
    "channels=0.5",
    "--recover",
    "statistics",
    "--data",
    `cifar10:${cifar}`,
    "--samples",
    "10",
    "-o",
    folder.at("recovered.esp"),
  );
  assert.equal(folded.recovery, { kind: "affine", places: 7 });
  const plain = await json("prune", onnx, "--keep", "channels=0.5", "-o", folder.at("plain.onnx"));
  assert.is(plain.recovery, null);
  assert.not.equal(readFileSync(folder.at("plain.onnx")), readFileSync(folder.at("recovered.onnx")));
  assert.equal(plain.units, data.units);
});

test("what a method made zero stays zero, whatever follows", async () => {
  const weightsOf = async (path: string) => {
    const { layers } = await json("inspect", path);
    return layers
      .filter(({ op }: { op: string }) => op === "conv" || op === "gemm")
      .map((l: { macs: number }) => l.macs);
  };
  const mask = ["--method", "magnitude", "--keep", "weights=0.4", "--data", `cifar10:${cifar}`, ...NORMALISED];
  const plain = folder.at("masked.onnx");
  await json("prune", onnx, ...mask.slice(0, 4), "-o", plain);
  for (const how of [
    ["statistics"],
    ["least-squares"],
    ["finetune", "--epochs", "2", "--batch", "10"],
    ["distill", "--epochs", "1", "--batch", "10", "--optimiser", "adam"],
  ]) {
    const to = folder.at("recovered-mask.onnx");
    const { err, code } = await espalier("prune", onnx, ...mask, "--recover", ...how, "-o", to, "--json");
    assert.is(code, 0, err);
    assert.equal(await weightsOf(to), await weightsOf(plain), how[0]);
  }
});

test("what cannot be trained is refused", async () => {
  const words = [
    "prune",
    onnx,
    "--method",
    "perforate",
    "--keep",
    "macs=0.7",
    "--recover",
    "finetune",
    "--epochs",
    "1",
  ];
  const { code, err } = await espalier(
    ...words,
    "--data",
    `cifar10:${cifar}`,
    "--batch",
    "10",
    ...NORMALISED,
    "-o",
    folder.at("none.onnx"),
  );
  assert.is(code, 3, err);
  assert.match(err, /computes some positions only/);
});

test("layers are fitted by least squares, and what was looked at is said", async () => {
  const fit = ["--keep", "channels=0.5", "--recover", "least-squares", "--data", `cifar10:${cifar}`, ...NORMALISED];
  const data = await json("prune", onnx, ...fit, "--positions", "20", "-o", folder.at("fitted.onnx"));
  const { kind, samples, positions, layers, peakBytes, notes } = data.recovery;
  assert.equal([kind, samples, positions], ["least-squares", 30, 20]);
  assert.ok(layers.length > 0 && peakBytes > 0);
  for (const { before, after } of layers) assert.ok(after <= before + 1e-6 && after >= 0);
  assert.ok(notes.length > 0 && notes.every((note: string) => /are few; ridge/.test(note)), notes.join());
  const text = await succeeds("prune", esp, ...fit, "-o", folder.at("fitted.esp"));
  assert.match(text, /recovered: least squares at \d+ layers on 30 pictures, 32 positions each/);
  await refuses(
    folder.path,
    ["prune", onnx, "--keep", "macs=0.5", "--positions", "3"],
    2,
    /--positions: has no use without/,
  );
});

test("pictures that the recovery cannot use", async () => {
  const to = folder.at("refused.esp");
  const check = (code: number, message: RegExp, network: string, data: string, ...words: readonly string[]) =>
    refuses(
      folder.path,
      ["prune", network, "--keep", "channels=0.5", "--recover", "statistics", "--data", data, "-o", to, ...words],
      code,
      message,
    );
  await check(4, /none\.bin: expected a CIFAR-10 binary file/, onnx, `cifar10:${folder.at("none.bin")}`);
  await check(2, /expected a set of pictures .*came "none:x"/, onnx, "none:x");
  await check(2, /--samples.*whole number from 1 on/, onnx, `cifar10:${cifar}`, "--samples", "0");
  await check(
    4,
    /expected two pictures or more to estimate statistics on, got 1/,
    onnx,
    `cifar10:${cifar}`,
    "--samples",
    "1",
  );
  const two = writeOnnx(folder.at("two.onnx"), twoEnds());
  await check(2, /two ends: has 2 inputs; this works on networks with one/, two, `cifar10:${cifar}`);
});

test("what was cut is trained further, alone or behind the dense network, within the budget of bytes", async () => {
  const { bytes } = await json("inspect", onnx);
  const training = ["--data", `cifar10:${cifar}`, "--batch", "8", "--epochs", "2", "--build", "baseline"];
  for (const kind of ["finetune", "distill"]) {
    const output = folder.at(`${kind}.esp`);
    const words = [
      "prune",
      onnx,
      "--keep",
      "bytes=0.8",
      "--recover",
      kind,
      ...training,
      "--validation",
      `cifar10:${cifar}`,
    ];
    const { code, out, err } = await espalier(...words, "-o", output, "--json");
    assert.is(code, 0, err);
    const { recovery } = JSON.parse(out);
    assert.equal([recovery.kind, recovery.history.length], [kind, 2]);
    assert.is(recovery.optimiser, "--optimiser sgd --lr 0.01");
    assert.ok(readFileSync(output).length <= 0.8 * bytes, `${readFileSync(output).length} of ${bytes}`);
    const { about } = await json("inspect", output);
    assert.equal(
      about.provenance.map(({ step }: { step: string }) => step),
      ["prune", kind],
    );
    assert.match(about.provenance[0].detail, new RegExp(`--recover ${kind}$`));
    const { top1 } = await json("eval", output, "--data", `cifar10:${cifar}`, "--build", "baseline");
    assert.is(top1, recovery.validationTop1);
  }
  const { out } = await espalier("prune", onnx, "--keep", "macs=0.5", "--recover", "finetune", ...training);
  assert.match(out, /\nrecovered: finetune, 2 epochs on cifar10:some\.bin$/m);
});

test.run();
