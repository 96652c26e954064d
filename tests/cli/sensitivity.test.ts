import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { GraphBuilder, resnet } from "../../src/models/index.js";
import { espalier, json, refuses, succeeds, temporaryFolder, writeOnnx } from "./command-line.js";

const test = suite("cli/sensitivity");
const folder = temporaryFolder();
const classifier = (classes = 10) => resnet({ depth: 8, width: 4, classes });
const net = writeOnnx(folder.at("net.onnx"), classifier());
const FEW = ["--data", "glyphs:n=40", "--test", "glyphs:n=30"];

interface Point {
  readonly share: number;
  readonly kept: number;
  readonly kl: number;
  readonly logits: number;
  readonly top1: number | null;
}

interface Unit {
  readonly name: string;
  readonly width: number;
  readonly frozen: string | null;
  readonly residual: boolean;
  readonly points: readonly Point[];
}

test("a curve for each unit that may lose channels, and the reason for each that may not", async () => {
  const data = await json("sensitivity", net, ...FEW);
  assert.equal([data.file, data.samples, data.answers, data.shares], [net, 40, 30, [0.75, 0.5, 0.25]]);
  const { units: listed } = await json("inspect", net);
  const units = data.units as Unit[];
  assert.equal(
    units.map(({ name }) => name),
    listed.map(({ name }: Unit) => name),
  );
  assert.ok(units.some(({ residual, frozen }) => residual && frozen === null));
  for (const { name, width, frozen, points } of units) {
    assert.is(points.length, frozen === null ? 3 : 0, name);
    points.forEach(({ share, kept, kl, logits, top1 }) => {
      assert.is(kept, Math.max(1, Math.round(share * width)), name);
      assert.ok(kl > 0 && logits > 0, `${name}: ${kl}, ${logits}`);
      assert.ok(Number.isInteger(Math.round(top1! * 30 * 1e9) / 1e9), `${name}: ${top1} of 30`);
    });
  }
  assert.is(units.find(({ name }) => name === "logits")!.frozen, "is an output of the network");
  assert.ok(data.dense.top1 >= 0 && data.dense.top1 <= 1);
});

test("a share that is all channels changes nothing, and the same numbers come again", async () => {
  const words = ["sensitivity", net, ...FEW, "--shares", "0.5,0.99"];
  const [one, other] = [await json(...words), await json(...words)];
  assert.equal(one.units, other.units);
  assert.equal(one.shares, [0.99, 0.5]);
  const { width, points } = (one.units as Unit[]).find(({ frozen }) => frozen === null)!;
  assert.equal(points[0], { share: 0.99, kept: width, kl: 0, logits: 0, top1: one.dense.top1 });
  assert.is(points[1]!.kept, width / 2);
});

test("a table in the network's order, with the least sensitive unit marked", async () => {
  const words = ["sensitivity", net, ...FEW, "--only", "inner"];
  const [data, text] = [await json(...words), await succeeds(...words)];
  const free = (data.units as Unit[]).filter(({ frozen }) => frozen === null);
  assert.ok(free.length > 1 && free.every(({ residual }) => !residual));
  const lines = free.map(({ name }) => text.split("\n").find((line) => line.startsWith(`${name} `))!);
  assert.ok(lines.every((line, i) => i === 0 || text.indexOf(line) > text.indexOf(lines[i - 1]!)));
  for (const s of [0, 1, 2]) {
    const least = free.reduce((best, unit, i) => (unit.points[s]!.kl < free[best]!.points[s]!.kl ? i : best), 0);
    assert.match(lines[least]!, new RegExp(`least sensitive at .*${[75, 50, 25][s]}%`));
  }
  assert.match(text, /top-1 25%/);
  assert.match(text, /not to be touched:\n.*because\n.*\nlogits .* is an output of the network\n/);
});

test("without labels, and with labels of other classes, all but top-1", async () => {
  const images = folder.at("images.npy");
  const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (6, 32, 32, 3), }\n";
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]);
  const pixels = Buffer.from(Uint8Array.from({ length: 6 * 3072 }, (_, i) => (i * 7919) % 251));
  writeFileSync(images, Buffer.concat([start, Buffer.from(header, "latin1"), pixels]));
  const unlabelled = await json("sensitivity", net, "--data", `npy:${images}`, "--only", "inner");
  const seven = writeOnnx(folder.at("seven.onnx"), classifier(7));
  const others = await json("sensitivity", seven, ...FEW, "--only", "inner");
  for (const data of [unlabelled, others]) {
    const points = (data.units as Unit[]).flatMap((unit) => unit.points);
    assert.ok(points.length > 0 && points.every(({ top1, kl }) => top1 === null && kl > 0));
    assert.is(data.dense.top1, null);
  }
  assert.match(others.notes.join(), /labels of glyphs.* are not classes of the network/);
  assert.not.match(await succeeds("sensitivity", seven, ...FEW, "--only", "inner"), /top-1 25%/);
});

test("drawn: a file that needs no page, with a mark for every point", async () => {
  const svg = folder.at("curves.svg");
  const { units } = await json("sensitivity", net, ...FEW, "--draw", svg);
  const text = readFileSync(svg, "utf8");
  assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width/);
  assert.not.match(text, /NaN|Infinity|undefined/);
  const free = (units as Unit[]).filter(({ frozen }) => frozen === null);
  for (const { name, points } of free) {
    assert.ok(text.includes(`>${name}<`), name);
    assert.is(text.split(`<title>${name}, `).length - 1, 2 * points.length + 1, name);
  }
  assert.match(text, />divergence, nats/);
  assert.match(text, />top-1</);
});

test("a unit read by a layer that cannot be fitted, and one whose channels all go together", async () => {
  const b = new GraphBuilder(3);
  const wide = b.relu("wide.relu", b.conv("wide", b.input("input", [1, 3, 32, 32]), 6, 3, { stride: 4 }));
  const filter = b.weights("up.filter", [6, 4, 2, 2], 0.5);
  const window = { strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0], outputPadding: [0, 0], groups: 1 } as const;
  const narrow = b.conv("narrow", b.node("up", "transposed-conv", window, [wide, filter]), 1, 3);
  const path = folder.at("up.esp");
  writeFileSync(path, compile(b.build("up", [b.gemm("logits", b.globalPool(narrow), 10)])));
  const units = (await json("sensitivity", path, ...FEW)).units as Unit[];
  const find = (name: string) => units.find((unit) => unit.name === name)!;
  assert.ok(
    find("wide").points.every(({ kl }) => kl > 0),
    JSON.stringify(find("wide")),
  );
  assert.is(find("up").points.length, 3);
  assert.equal(find("narrow").points, []);
  assert.is(find("narrow").frozen, "all of its channels go together, and something has to stay");
});

test("refused before anything is measured", async () => {
  const refusing = (words: readonly string[], code: number, message: RegExp) =>
    refuses(folder.path, ["sensitivity", net, ...words], code, message);
  await refusing([], 2, /required option '--data <set>' not specified/);
  await refusing([...FEW, "--shares", "0.5,1"], 2, /Expected shares between 0 and 1, such as 0\.75,0\.5,0\.25/);
  await refusing([...FEW, "--only", "nothing*"], 2, /--only: no unit fits "nothing\*"; there are: /);
  await refusing([...FEW, "--draw", folder.at("none", "x.svg")], 5, /cannot be written: the folder .* does not exist/);
  assert.not.ok(existsSync(folder.at("none")));
  const { code } = await espalier("sensitivity", folder.at("missing.onnx"), ...FEW);
  assert.is(code, 5);
});

test.run();
