import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { describeGraph } from "../../src/measure/facts.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { load } from "../../src/runtime/index.js";
import {
  classifier,
  espalier,
  json,
  refuses,
  SIDE,
  succeeds,
  temporaryFolder,
  twoEnds,
  writeCifar,
  writeOnnx,
} from "./command-line.js";

const test = suite("cli/prune");
const folder = temporaryFolder();
const graph = classifier();
const onnx = writeOnnx(folder.at("net.onnx"), graph);
const esp = folder.at("net.esp");
writeFileSync(esp, compile(graph));
const cifar = writeCifar(folder.at("some.bin"), 30);
const NORMALISED = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];

interface UnitRow {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly frozen: string | null;
}

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
  for (const { name } of METHODS) {
    for (const keep of ["macs=0.6", "parameters=0.6", "bytes=0.8", "channels=0.6"]) {
      const data = await json("prune", onnx, "--method", name, "--keep", keep);
      assert.is(data.method, name);
      assert.ok(data.macs.after < data.macs.before, `${name} ${keep}`);
      assert.not("output" in data);
    }
  }
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
  await check(2, /--method.*magic.*l1, l2, random/, "-o", to, "--keep", "macs=0.5", "--method", "magic");
  await check(2, /--scope.*global, local/, "-o", to, "--keep", "macs=0.5", "--scope", "both");
  await check(2, /--scope: channels= is a share of each unit/, "-o", to, "--keep", "channels=0.5", "--scope", "global");
  await check(2, /--only: no unit fits "logits"; there are: conv1/, "-o", to, "--keep", "macs=0.5", "--only", "logits");
  await check(
    2,
    /--recover.*none, statistics, finetune, distill/,
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
  await check(2, /--seed.*whole number from 0 on/, "-o", to, "--keep", "macs=0.5", "--seed", "-1");
  assert.not(existsSync(to));
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
