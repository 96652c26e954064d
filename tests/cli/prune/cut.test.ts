import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatLatencyTable } from "../../../src/benchmark/latency-table.js";
import { compile } from "../../../src/compile/encode.js";
import { describeGraph } from "../../../src/measure/facts.js";
import { fakeTable } from "../../prune/fake-latency.js";
import { METHODS } from "../../../src/prune/methods/index.js";
import { load } from "../../../src/runtime/index.js";
import { espalier, json, SIDE, succeeds, writeOnnx } from "../command-line.js";
import { NORMALISED, type UnitRow, filesToPrune } from "./pruned-files.js";

const test = suite("cli/prune, cut");
const { cifar, esp, folder, graph, onnx } = filesToPrune();

test("method, costs, units and equality as data", async () => {
  const to = folder.at("half.onnx");
  const data = await json("prune", onnx, "--keep", "macs=0.5", "-o", to);
  assert.is(data.method, "l1");
  const inspected = await json("inspect", to);
  const facts = describeGraph(graph);
  assert.equal(data.macs, { before: facts.macs, after: inspected.macs });
  assert.equal(data.parameters, { before: facts.parameters, after: inspected.parameters });
  assert.ok(data.macs.after <= facts.macs / 2 && data.macs.after > 0.4 * facts.macs);
  assert.ok(data.equality.maxRelative >= 0 && data.equality.maxRelative <= 1e-4);
  const units = data.units as readonly UnitRow[];
  assert.equal(Object.keys(units[0]!), ["name", "before", "after", "frozen"]);
  assert.equal(
    units.map(({ name, before }) => [name, before]),
    [
      ["conv1", 4],
      ["layer1.0.conv1", 4],
      ["layer2.0.conv1", 8],
      ["layer2.0.conv2", 4],
      ["layer3.0.conv1", 16],
      ["layer3.0.conv2", 8],
      ["logits", 4],
    ],
  );
  assert.equal(units.at(-1), { name: "logits", before: 4, after: 4, frozen: "is an output of the network" });
  assert.equal(
    inspected.units.map(({ width }: { width: number }) => width),
    units.map(({ after }) => after),
  );
  assert.equal([data.output, data.outputBytes], [to, readFileSync(to).length]);
});

test("every method, every kind of budget", async () => {
  const shares = { macs: 0.8, parameters: 0.8, bytes: 0.9, channels: 0.6, weights: 0.8, ms: 0.8 };
  const table = folder.at("fake.json");
  writeFileSync(table, formatLatencyTable(await fakeTable(graph)));
  const pictures = ["--data", `cifar10:${cifar}`, ...NORMALISED, "--samples", "4"];
  for (const { name, budgets, needs, removes } of METHODS) {
    const given = needs.includes("samples") ? pictures : [];
    for (const kind of budgets) {
      // Other methods than these would time layers: latency.test.ts.
      if (kind === "ms" && removes !== "channels") continue;
      const keep = `${kind}=${shares[kind]}`;
      const device = kind === "ms" ? ["--latency-table", table] : [];
      const data = await json("prune", onnx, "--method", name, "--keep", keep, ...device, ...given);
      assert.is(data.method, name);
      assert.ok(data.macs.after < data.macs.before, `${name} ${keep}`);
      assert.not("output" in data);
    }
  }
});

test("pictures decide how much goes from where, for a method that needs none", async () => {
  const words = ["--keep", "macs=0.5", "--allocate", "error", "--data", `cifar10:${cifar}`, ...NORMALISED];
  const weighed = await json("prune", onnx, ...words);
  const scored = await json("prune", onnx, "--keep", "macs=0.5");
  assert.is(weighed.allocate, "error");
  assert.ok(weighed.macs.after <= 0.5 * weighed.macs.before);
  assert.not.equal(weighed.units, scored.units);
});

test("a residual block goes, and is named by the plan, the report, the file and inspect", async () => {
  const words = ["--method", "greedy", "--data", `cifar10:${cifar}`, ...NORMALISED, "--blocks", "remove"];
  const [file, plan] = [folder.at("shallow.esp"), folder.at("shallow.json")];
  const keep = ["--keep", "macs=1800"];
  const data = await json("prune", onnx, ...words, ...keep, "-o", file, "--plan-out", plan);
  const names = data.blocks.map(({ name }: { name: string }) => name);
  assert.ok(names.length > 0);
  assert.equal(
    JSON.parse(readFileSync(plan, "utf8")).edits.map(({ kind, node }: { kind: string; node: string }) => [kind, node]),
    names.map((name: string) => ["bypass", name]),
  );
  const before = await json("inspect", onnx);
  const after = await json("inspect", file);
  assert.equal(
    before.blocks.map(({ name }: { name: string }) => name).filter((name: string) => !names.includes(name)),
    after.blocks.map(({ name }: { name: string }) => name),
  );
  assert.ok(after.about.provenance.at(-1).detail.endsWith(`, without ${names.join(", ")}`));
  assert.match(await succeeds("inspect", onnx), /residual block +multiply-adds +goes with/);
  const training = ["--epochs", "1", "--batch", "10"];
  for (const how of [["statistics"], ["least-squares"], ["finetune", ...training], ["distill", ...training]]) {
    const again = [...words.slice(2, -2), "--plan", plan, "--recover", ...how, "-o", file];
    const { code, out, err } = await espalier("prune", onnx, ...again, "--json");
    assert.is(code, 0, err);
    assert.is(JSON.parse(out).recovery.kind, how[0] === "statistics" ? "batch-norm" : how[0]);
    assert.is((await json("inspect", file)).macs, data.macs.after);
  }
  assert.match(
    await succeeds("prune", onnx, "--plan", plan),
    /block removed .*layer\d\.0\.add, with layer\d\.0\.conv1/,
  );
});

test("a budget in bytes is met by the file that is written", async () => {
  for (const keep of ["bytes=0.8", "bytes=16000"]) {
    const to = folder.at("bytes.esp");
    const data = await json("prune", onnx, "--keep", keep, "-o", to);
    const allowed = keep === "bytes=0.8" ? 0.8 * compile(graph).length : 16_000;
    assert.ok(readFileSync(to).length <= allowed, `${readFileSync(to).length} of ${allowed}`);
    assert.ok(readFileSync(to).length > 0.9 * allowed, `only ${readFileSync(to).length} of ${allowed}`);
    assert.is(data.outputBytes, readFileSync(to).length);
  }
});

test("from and to either format: the same cut", async () => {
  const answers: number[][] = [];
  for (const [from, to] of [
    [onnx, "a.onnx"],
    [onnx, "a.esp"],
    [esp, "b.esp"],
    [esp, "b.onnx"],
  ] as const) {
    // Weights of a compiled network have batch norms folded in, so only the lot falls on the same channels.
    await succeeds("prune", from, "--method", "random", "--keep", "channels=0.5", "-o", folder.at(to));
    const compiled = folder.at(`${to}.esp`);
    await succeeds("compile", folder.at(to), "-o", compiled);
    const session = await load(readFileSync(compiled));
    const input = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => Math.sin(i));
    answers.push([...session.run({ input })["logits"]!]);
  }
  for (const answer of answers) answer.forEach((v, i) => assert.ok(Math.abs(v - answers[0]![i]!) < 1e-4));
});

test("the same file in and out", async () => {
  const file = writeOnnx(folder.at("inplace.onnx"), graph);
  await succeeds("prune", file, "--keep", "channels=0.5", "-o", file);
  assert.is((await json("inspect", file)).units[0].width, 2);
});

test("preprocessing, labels and what was done survive .onnx and .esp", async () => {
  const labels = folder.at("labels.txt");
  writeFileSync(labels, "a\nb\nc\nd\n");
  const [told, thin, thinner, back] = ["told.esp", "thin.onnx", "thinner.esp", "back.onnx"].map((name) =>
    folder.at(name),
  ) as [string, string, string, string];
  await succeeds("compile", onnx, "-o", told, ...NORMALISED, "--labels", labels);
  const before = (await json("inspect", told)).about;
  const first = await json("prune", told, "--keep", "macs=0.8", "--only", "inner", "-o", thin);
  await succeeds("prune", thin, "--keep", "channels=0.7", "--method", "l2", "-o", thinner);
  await succeeds("prune", thinner, "--keep", "macs=1", "-o", back);
  const { about } = await json("inspect", back);
  assert.equal(about.labels, ["a", "b", "c", "d"]);
  assert.is(about.task, "classes");
  assert.equal(about.preprocessing, before.preprocessing);
  assert.equal(
    about.provenance.map(({ step, detail }: { step: string; detail: string }) => `${step} ${detail}`),
    [
      "prune --method l1 --keep macs=0.8 --scope global --only inner",
      "prune --method l2 --keep channels=0.7 --scope local",
      "prune --method l1 --keep macs=1 --scope global",
    ],
  );
  assert.equal(about.provenance[0].measurements[0], { name: "macs", ...first.macs });
  assert.match(await succeeds("inspect", back), /prune +--method l2 --keep channels=0\.7 --scope local\n/);
});

test("what draws lots can be drawn again", async () => {
  const [first, second, other] = ["seed2.esp", "seed2 again.esp", "seed3.esp"].map((name) => folder.at(name)) as [
    string,
    string,
    string,
  ];
  const lots = ["prune", onnx, "--method", "random", "--keep", "channels=0.5"];
  await succeeds(...lots, "--seed", "2", "-o", first);
  const { provenance } = (await json("inspect", first)).about;
  assert.is(provenance[0].detail, "--method random --keep channels=0.5 --scope local --seed 2");
  await succeeds("prune", onnx, ...provenance[0].detail.split(" "), "-o", second);
  assert.equal(readFileSync(second), readFileSync(first));
  await succeeds(...lots, "--seed", "3", "-o", other);
  assert.not.equal(readFileSync(other), readFileSync(first));
});

test("text for people", async () => {
  const text = await succeeds(
    "prune",
    onnx,
    "--keep",
    "macs=0.5",
    "-o",
    folder.at("text.esp"),
    "--recover",
    "statistics",
    "--data",
    `cifar10:${cifar}`,
  );
  assert.match(text, /^name +before +after +kept/);
  assert.match(text, /logits +4 +4 +100% +cannot be removed: is an output of the network\n/);
  assert.match(text, /multiply-adds .* k -> .* k \(\d\d\.\d%\)\nparameters /);
  assert.match(text, /equal to the masked network to \d\.\de[+-]\d+ of its largest output\n/);
  assert.match(text, /recovered: batch-norm statistics at 7 places\n.*text\.esp: [\d.]+ kB\n$/);
});

test("a share of bytes is a share of what the network compiles to now, and the file is never above it", async () => {
  const { bytes } = await json("inspect", onnx);
  for (const share of [0.9, 0.5]) {
    const to = folder.at("share.esp");
    const data = await json("prune", onnx, "--keep", `bytes=${share}`, "-o", to);
    assert.is(data.bytes.before, bytes);
    assert.is(readFileSync(to).length, data.bytes.after);
    assert.ok(data.bytes.after <= share * bytes);
  }
});

test("weights stay as small as they were", async () => {
  const half = folder.at("half-weights.esp");
  await succeeds("compile", onnx, "-o", half, "--weights", "f16");
  const { bytes } = await json("inspect", half);
  const data = await json("prune", half, "--keep", "bytes=0.8", "-o", folder.at("smaller.esp"));
  assert.is(data.bytes.before, bytes);
  assert.ok(readFileSync(folder.at("smaller.esp")).length <= 0.8 * bytes);
  await succeeds("prune", half, "--keep", "macs=1", "-o", folder.at("wide.esp"), "--weights", "f32");
  assert.ok(readFileSync(folder.at("wide.esp")).length > 1.5 * bytes);
});

test.run();
