/** Files that are not what their names say: every verb that reads a network ends with one line and the right exit code. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { onnx } from "../../src/gen/onnx.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { bytesOf, classifier, json, refuses, temporaryFolder, writeCifar } from "./command-line.js";

const test = suite("cli/damaged");
const folder = temporaryFolder();
const graph = classifier();
const good = { onnx: exportOnnx(graph), esp: compile(graph) };
const cifar = writeCifar(folder.at("some.bin"), 4);
const out = folder.at("out.esp");

const TRAINING = ["--data", `cifar10:${cifar}`, "--batch", "2", "--epochs", "1", "-o", out];

const VERBS: Readonly<Record<string, (network: string) => readonly string[]>> = {
  inspect: (network) => ["inspect", network],
  compile: (network) => ["compile", network, "-o", out],
  prune: (network) => ["prune", network, "--keep", "macs=0.5", "-o", out],
  run: (network) => ["run", network, "--input", "x.npy", "--output", folder.at("answers")],
  eval: (network) => ["eval", network, "--data", `cifar10:${cifar}`],
  bench: (network) => ["bench", network],
  train: (network) => ["train", "--model", network, ...TRAINING],
  finetune: (network) => ["finetune", network, ...TRAINING],
  distill: (network) => ["distill", "--teacher", network, "--net", "resnet8_32", ...TRAINING],
};

async function everyVerbRefuses(
  name: string,
  bytes: Uint8Array | string | undefined,
  code: number,
  message: RegExp,
): Promise<void> {
  const path = folder.at(name);
  if (bytes !== undefined) writeFileSync(path, bytes);
  const named = new RegExp(`^espalier: ${path.replace(/[.\\]/g, "\\$&")}: .*${message.source}`);
  for (const words of Object.values(VERBS)) await refuses(folder.path, words(path), code, named);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** The model with its first node's operator renamed. */
function withOperator(name: string): Uint8Array {
  const model = onnx.ModelProto.decode(good.onnx);
  model.graph!.node![0]!.opType = name;
  return onnx.ModelProto.encode(model).finish();
}

test("nothing there, or a folder", async () => {
  await everyVerbRefuses("none.onnx", undefined, 5, /there is no such file/);
  await everyVerbRefuses("none.esp", undefined, 5, /there is no such file/);
  mkdirSync(folder.at("folder.onnx"));
  await everyVerbRefuses("folder.onnx", undefined, 5, /is a folder, not a file/);
});

test("ONNX files that are none", async () => {
  await everyVerbRefuses("empty.onnx", "", 3, /./);
  await everyVerbRefuses("text.onnx", "this is not a network\n", 3, /./);
  await everyVerbRefuses("garbage.onnx", bytesOf(5000), 3, /./);
  await everyVerbRefuses("json.onnx", '{"graph": []}', 3, /./);
});

test("ONNX files that were cut short, anywhere", async () => {
  for (const share of [0.01, 0.3, 0.77, 0.999]) {
    await everyVerbRefuses(`cut${share}.onnx`, good.onnx.subarray(0, Math.floor(share * good.onnx.length)), 3, /./);
  }
});

test("operators that are not known", async () => {
  await everyVerbRefuses("einsum.onnx", withOperator("Einsum"), 3, /Einsum/);
});

test("compiled networks that were cut short, anywhere", async () => {
  for (const length of [0, 1, 5, 40, 1000, good.esp.length - 1]) {
    await everyVerbRefuses(`cut${length}.esp`, good.esp.subarray(0, length), 3, /./);
  }
});

test("compiled networks with a bit flipped, or with more behind them", async () => {
  for (const at of [0, 1, 3, 10, 45, 60, 500, good.esp.length - 1]) {
    await everyVerbRefuses(`flip${at}.esp`, flipped(good.esp, at), 3, /./);
  }
  await everyVerbRefuses("longer.esp", Buffer.concat([good.esp, Buffer.from([0])]), 3, /./);
});

test("one format under the other's name", async () => {
  await everyVerbRefuses("onnx inside.esp", good.onnx, 3, /./);
  writeFileSync(folder.at("esp inside.onnx"), good.esp);
  assert.is((await json("inspect", folder.at("esp inside.onnx"))).format, "esp");
});

test("outputs that cannot be", async () => {
  const network = folder.at("good.onnx");
  writeFileSync(network, good.onnx);
  for (const verb of ["compile", "prune"]) {
    const words = (to: string) =>
      verb === "compile" ? ["compile", network, "-o", to] : ["prune", network, "--keep", "macs=0.5", "-o", to];
    await refuses(
      folder.path,
      words(folder.at("nowhere", "a.esp")),
      5,
      /a\.esp: cannot be written: the folder .*nowhere does not exist/,
    );
    mkdirSync(folder.at("folder.esp"), { recursive: true });
    await refuses(folder.path, words(folder.at("folder.esp")), 5, /folder\.esp: is a folder, not a file/);
  }
  assert.equal(readFileSync(network), Buffer.from(good.onnx));
});

test.run();
