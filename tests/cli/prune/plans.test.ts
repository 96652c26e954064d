import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { json, refuses, succeeds } from "../command-line.js";
import { NORMALISED, type UnitRow, filesToPrune } from "./pruned-files.js";

const test = suite("cli/prune, plans");
const { cifar, esp, folder, onnx } = filesToPrune();

test("a plan that is written and made again gives the same bytes", async () => {
  const plan = folder.at("plan.json");
  for (const [extension, ...options] of [
    ["onnx", "--keep", "macs=0.5"],
    ["esp", "--keep", "parameters=0.5", "--scope", "local", "--only", "inner"],
    ["onnx", "--keep", "channels=0.5", "--method", "random", "--seed", "9"],
    ["esp", "--keep", "channels=0.5", "--recover", "statistics", "--data", `cifar10:${cifar}`, ...NORMALISED],
  ] as const) {
    const [once, again] = [folder.at(`once.${extension}`), folder.at(`again.${extension}`)];
    const first = await json("prune", onnx, ...options, "-o", once, "--plan-out", plan);
    const recovery = options.slice(options.indexOf("--recover" as never));
    const repeated = (options as readonly string[]).includes("--recover") ? recovery : [];
    const second = await json("prune", onnx, "--plan", plan, "-o", again, ...repeated);
    assert.equal(readFileSync(again), readFileSync(once), options.join(" "));
    assert.equal([second.method, second.macs, second.units], [first.method, first.macs, first.units]);
  }
});

test("a plan is made without a network being written", async () => {
  const plan = folder.at("only.json");
  await succeeds("prune", onnx, "--keep", "channels=0.5", "--only", "layer2*", "--plan-out", plan);
  const { method, cuts } = JSON.parse(readFileSync(plan, "utf8")) as { method: string; cuts: { unit: string }[] };
  assert.is(method, "l1");
  assert.equal(
    cuts.map(({ unit }) => unit),
    ["layer2.0.conv1", "layer2.0.conv2"],
  );
});

test("a plan for one format fits the other", async () => {
  const plan = folder.at("both.json");
  await succeeds("prune", onnx, "--keep", "channels=0.5", "--plan-out", plan);
  const { units } = await json("prune", esp, "--plan", plan);
  assert.ok(
    (units as readonly UnitRow[]).every(({ after, before, frozen }) => frozen !== null || after === before / 2),
  );
});

test("plans that do not fit", async () => {
  const to = folder.at("refused.esp");
  const check = (code: number, message: RegExp, text: string | undefined) => {
    const plan = folder.at(text === undefined ? "none.json" : "bad.json");
    if (text !== undefined) writeFileSync(plan, text);
    return refuses(folder.path, ["prune", onnx, "--plan", plan, "-o", to], code, message);
  };
  const cut = (unit: string, width: number, remove: readonly unknown[]) =>
    JSON.stringify({ espalierPlan: 1, method: "l1", seed: 1, request: {}, cuts: [{ unit, width, remove }] });
  await check(5, /none\.json: there is no such file/, undefined);
  await check(2, /bad\.json: not JSON/, "");
  await check(2, /bad\.json: not JSON/, "keep: all");
  await check(2, /bad\.json: not a pruning plan/, "{}");
  await check(2, /bad\.json: cut 0: expected \{unit, width, remove/, cut("conv1", 4, [2, 1]));
  await check(
    2,
    /features\.0: the network has no unit of this name; the plan is another network's/,
    cut("features.0", 4, [1]),
  );
  await check(2, /conv1: is 4 channels wide here, 16 in the plan/, cut("conv1", 16, [1]));
  await check(2, /conv1: the plan removes all 4 channels/, cut("conv1", 4, [0, 1, 2, 3]));
  await check(2, /logits: cannot be removed: is an output of the network/, cut("logits", 4, [1]));
});

test.run();
