import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refuses } from "../command-line.js";
import { filesToPrune } from "./pruned-files.js";

const test = suite("cli/prune, refusals");
const { cifar, folder, onnx } = filesToPrune();

test("what cannot be asked for", async () => {
  const to = folder.at("refused.onnx");
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["prune", onnx, ...words], code, message);
  await check(2, /give --keep .* or --plan/, "-o", to);
  await check(2, /give --keep .* or --plan/, "-o", to, "--keep", "macs=0.5", "--plan", folder.at("plan.json"));
  for (const keep of ["macs", "macs=", "macs=half", "macs=0", "macs=-0.5", "channels=2", "speed=0.5", "0.5"]) {
    await check(2, /--keep: ".*": expected/, "-o", to, "--keep", keep);
  }
  for (const keep of ["macs=0.001", "parameters=10", "bytes=100"]) {
    await check(
      2,
      /--keep: .* allows \d+, but with one channel left .* \d+ remain; ask for \d+ or more/,
      "-o",
      to,
      "--keep",
      keep,
    );
  }
  await check(2, /--method.*magic.*l1, l2, .*random/, "-o", to, "--keep", "macs=0.5", "--method", "magic");
  await check(2, /--scope.*global, local/, "-o", to, "--keep", "macs=0.5", "--scope", "both");
  await check(2, /--scope: channels= is a share of each unit/, "-o", to, "--keep", "channels=0.5", "--scope", "global");
  await check(2, /--only: no unit fits "logits"; there are: conv1/, "-o", to, "--keep", "macs=0.5", "--only", "logits");
  await check(
    2,
    /--recover.*none, statistics, .*finetune, distill/,
    "-o",
    to,
    "--keep",
    "macs=0.5",
    "--recover",
    "training",
  );
  await check(
    2,
    /--recover statistics: needs pictures; give --data/,
    "-o",
    to,
    "--keep",
    "macs=0.5",
    "--recover",
    "statistics",
  );
  await check(2, /--allocate error: weighs .*; give --data/, "-o", to, "--keep", "macs=0.5", "--allocate", "error");
  await check(2, /--seed.*whole number from 0 on/, "-o", to, "--keep", "macs=0.5", "--seed", "-1");
  assert.not(existsSync(to));
});

test("places where nothing can be written", async () => {
  const check = (code: number, message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["prune", onnx, "--keep", "macs=0.5", ...words], code, message);
  await check(2, /net\.pt: a network is written as \.onnx or \.esp/, "-o", folder.at("net.pt"));
  await check(5, /a\.esp: cannot be written: the folder .*none does not exist/, "-o", folder.at("none", "a.esp"));
  await check(
    5,
    /p\.json: cannot be written: the folder .*none does not exist/,
    "-o",
    folder.at("b.esp"),
    "--plan-out",
    folder.at("none", "p.json"),
  );
  await check(5, /some\.bin.a\.esp: cannot be written: .*/, "-o", folder.at("some.bin", "a.esp"));
});

test("options that would do nothing, or undo each other, are refused", async () => {
  const to = folder.at("never.esp");
  const check = (message: RegExp, ...words: readonly string[]) =>
    refuses(folder.path, ["prune", onnx, "-o", to, ...words], 2, message);
  await check(/--data: has no use without --recover/, "--keep", "macs=0.5", "--data", `cifar10:${cifar}`);
  await check(/cannot be one file/, "--keep", "macs=0.5", "--plan-out", to);
  const recover = ["--keep", "macs=0.5", "--data", `cifar10:${cifar}`, "--recover"];
  await check(/--lr: has no use without --recover finetune or distill/, ...recover, "statistics", "--lr", "0.1");
  await check(/--epochs: has no use without --recover finetune or distill/, "--keep", "macs=0.5", "--epochs", "2");
  await check(/--temperature: has no use without --recover distill/, ...recover, "finetune", "--temperature", "2");
  await check(/--no-labels: has no use without --recover distill/, ...recover, "finetune", "--no-labels");
  await check(/--epochs: say how often/, ...recover, "finetune");
  await check(/--recover distill: needs pictures; give --data/, "--keep", "macs=0.5", "--recover", "distill");
  await check(/has 30 pictures, too few for a batch of 64/, ...recover, "distill", "--epochs", "1");
});

test.run();
