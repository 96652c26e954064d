import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importOnnx } from "../../src/onnx/import.js";
import { json, refuses, succeeds, temporaryFolder, twoEnds, writeOnnx } from "./command-line.js";
import { smallNetwork, trains } from "./training.js";

const test = suite("cli/finetune");
const folder = temporaryFolder();
const model = writeOnnx(folder.at("small.onnx"), smallNetwork());
const SHORT = ["--data", "glyphs:n=200", "--batch", "20", "--epochs", "1", "--build", "baseline"];

test("with batch norm: sgd at a small rate, from the weights that are there", async () => {
  const output = folder.at("tuned.onnx");
  const { epochs, last, err } = await trains("finetune", model, ...SHORT, "--validation", "glyphs:n=50", "-o", output);
  assert.equal([epochs.length, last.optimiser], [1, "--optimiser sgd --lr 0.01"]);
  assert.match(err, /\nnote: pixels go in as 0 to 255; give --mean and --std if the network was trained otherwise\n/);
  assert.is(last.validationBefore, (await json("eval", model, "--data", "glyphs:n=50", "--build", "baseline")).top1);
  const { about, nodes } = importOnnx(readFileSync(output)).graph;
  assert.ok(nodes.some(({ op }) => op === "batch-norm"));
  assert.equal(
    about.provenance.map(({ step, measurements }) => [step, measurements]),
    [["finetune", [{ name: "validationTop1", before: last.validationBefore, after: last.validationTop1 }]]],
  );
});

test("a compiled network: adam at a smaller one, and why", async () => {
  const [compiled, output] = [folder.at("small.esp"), folder.at("tuned.esp")];
  await succeeds("compile", model, "-o", compiled, "--mean", "0.5", "--std", "0.25", "--weights", "f16");
  const { last, err } = await trains("finetune", compiled, ...SHORT, "-o", output);
  assert.is(last.optimiser, "--optimiser adam --lr 0.0003");
  assert.match(err, /note: no batch norm \(folded\), so adam: sgd would destroy the weights\n/);
  assert.not.match(err, /pixels go in/);
  assert.equal(last.preprocessing.mean, [0.5, 0.5, 0.5]);
  const { fileBytes, about } = await json("inspect", output);
  assert.ok(fileBytes < (await json("inspect", model)).bytes * 0.7, "still float16");
  assert.equal([about.labels.length, about.provenance[0].step], [10, "finetune"]);
  const typed = await trains("finetune", compiled, ...SHORT, "--optimiser", "sgd", "--nesterov", "-o", output);
  assert.is(typed.last.optimiser, "--optimiser sgd --lr 0.001 --nesterov");
});

test("what was pruned away stays away, unless it may grow back", async () => {
  const [masked, output] = [folder.at("masked.onnx"), folder.at("trained.onnx")];
  await succeeds("prune", model, "--method", "magnitude", "--keep", "weights=0.4", "-o", masked);
  const macsOf = async (path: string): Promise<number> => (await json("inspect", path)).macs;
  const { err } = await trains("finetune", masked, ...SHORT, "-o", output);
  assert.match(err, /\nnote: [\d,]+ of [\d,]+ weights are zero and stay so; --regrow lets them become others\n/);
  assert.is(await macsOf(output), await macsOf(masked));
  const student = ["distill", "--teacher", model, "--student", masked];
  const followed = await trains(...student, ...SHORT, "-o", output);
  assert.match(followed.err, /weights are zero and stay so/);
  assert.is(await macsOf(output), await macsOf(masked));
  const regrown = await trains("finetune", masked, ...SHORT, "--regrow", "-o", output);
  assert.not.match(regrown.err, /zero/);
  assert.is(await macsOf(output), await macsOf(model));
  assert.match(importOnnx(readFileSync(output)).graph.about.provenance.at(-1)!.detail, /--regrow/);
  await refuses(
    folder.path,
    [...student, "--initialise", "--regrow", ...SHORT, "-o", output],
    2,
    /--regrow: new weights/,
  );
  const drawn = ["train", "--model", masked, "--regrow", ...SHORT, "-o", output];
  await refuses(folder.path, drawn, 2, /--regrow: has no use without --keep-weights/);
});

test("names of classes: the network's stay, and a difference is told", async () => {
  const [named, output] = [folder.at("named.esp"), folder.at("renamed.onnx")];
  const labels = folder.at("labels.txt");

  writeFileSync(labels, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  await succeeds("compile", model, "-o", named, "--labels", labels, "--mean", "0");
  const { err } = await trains("finetune", named, ...SHORT, "-o", output);
  assert.match(
    err,
    /note: the set calls its classes ring, arch, spiral, \.\., the network a, b, c, \.\.; the network's names stay/,
  );
  assert.is(importOnnx(readFileSync(output)).graph.about.labels[0], "a");
});

test("networks that cannot be trained", async () => {
  const output = folder.at("never.onnx");
  const two = writeOnnx(folder.at("two.onnx"), twoEnds());
  await refuses(
    folder.path,
    ["finetune", two, ...SHORT, "-o", output],
    2,
    /has 2 inputs; this works on networks with one/,
  );
  await refuses(folder.path, ["finetune", model, "--data", "glyphs", "-o", output], 2, /--epochs: say how often/);
  await refuses(folder.path, ["finetune", folder.at("none.onnx"), ...SHORT, "-o", output], 5, /there is no such file/);
});

test.run();
