/** Detectors on the command line: told at `compile`, found and drawn by `run`, kept by `prune`; and sizes by --shape. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/main.js";
import { readNetwork } from "../../src/compile/raise.js";
import { writeNpy } from "../../src/data/npy.js";
import { decodePng, encodePng } from "../../src/data/png.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";
import { exportOnnx } from "../../src/onnx/export.js";
import { importOnnx } from "../../src/onnx/import.js";
import { buildModel, encode, ints, modelProto, node } from "../onnx/model-builder.js";
import { temporaryFolder } from "../temporary-folder.js";

const test = suite("cli/boxes");
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

async function espalier(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { stdout: "", stderr: "" };
  const original = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ["stdout", "stderr"] as const) {
    process[stream].write = (text: string | Uint8Array) => ((said[stream] += text.toString()), true);
  }
  try {
    return { code: await main(words), out: said.stdout, err: said.stderr };
  } finally {
    Object.assign(process.stdout, { write: original.stdout });
    Object.assign(process.stderr, { write: original.stderr });
  }
}

async function succeeds(...words: string[]): Promise<string> {
  const { code, out, err } = await espalier(...words);
  assert.is(code, 0, `${words.join(" ")}\n${err}`);
  return out;
}

async function refuses(code: number, message: RegExp, ...words: string[]): Promise<void> {
  const ended = await espalier(...words);
  assert.is(ended.code, code, `${words.join(" ")}\n${ended.out}${ended.err}`);
  assert.match(ended.err, message);
}

/** A head that answers with the same numbers at all of the 4 x 6 places, whatever the picture. */
function head(b: GraphBuilder, name: string, x: string, numbers: readonly number[]): string {
  const attrs = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;
  const filter = b.constant(`${name}.weight`, [numbers.length, 8, 1, 1], () => 0);
  const bias = b.constant(`${name}.bias`, [numbers.length], (i) => numbers[i]!);
  const rows = b.node(`${name}.head`, "conv", attrs, [x, filter, bias]);
  return b.node(name, "reshape", { shape: [0, numbers.length, -1] }, [rows]);
}

function network(heads: Readonly<Record<string, readonly number[]>>): Graph {
  const b = new GraphBuilder(41);
  const trunk = b.relu("trunk", b.conv("c", b.input("x", [1, 3, 4, 6]), 8, 3));
  const outputs = Object.entries(heads).map(([name, numbers]) => head(b, name, trunk, numbers));
  return b.build("fixed", outputs);
}

/** Class 1 of 0, 1, 2 at a quarter to a half of the width, and half to all of the height. */
const TWO = at("two.onnx");
writeFileSync(TWO, exportOnnx(network({ scores: [0.125, 0.75, 0.125], boxes: [0.25, 0.5, 0.5, 1] })));
/** The same in one output: centre and size in pixels of the input, objectness, two classes. */
const ONE = at("one.onnx");
writeFileSync(ONE, exportOnnx(network({ rows: [2.25, 3, 1.5, 2, 0.75, 0, 1] })));
const PICTURE = at("picture.png");
const [WIDTH, HEIGHT] = [40, 20];
writeFileSync(
  PICTURE,
  encodePng({ width: WIDTH, height: HEIGHT, channels: 1, pixels: new Uint8Array(WIDTH * HEIGHT).fill(200) }),
);
const FOUND = { class: 1, score: 0.75, x1: 10, y1: 10, x2: 20, y2: 20 };
const TASK = ["--task", "boxes", "--boxes", "boxes"];

async function boxesOf(file: string, ...more: string[]) {
  const { boxes } = JSON.parse(await succeeds("run", file, "--input", PICTURE, "--json", ...more)) as {
    boxes: object[];
  };
  return boxes;
}

test("two outputs: one box in the picture's pixels, with its label", async () => {
  writeFileSync(at("labels.txt"), "cat\ndog\n");
  const out = at("two.esp");
  await succeeds("compile", TWO, "-o", out, ...TASK, "--background", "0", "--labels", at("labels.txt"));
  assert.equal(await boxesOf(out), [{ ...FOUND, label: "cat" }]);
  const { about } = await readNetwork(readFileSync(out));
  assert.equal(about.labels, ["background", "cat", "dog"]);
  assert.equal(about.preprocessing["x"]!.mean, []);
  const text = await succeeds("run", out, "--input", PICTURE);
  assert.match(text, /^class\s+label\s+score\s+x1\s+y1\s+x2\s+y2$/m);
  assert.match(text, /^\s*1\s+cat\s+0\.7500\s+10\.0\s+10\.0\s+20\.0\s+20\.0$/m);
});

test("outputs may be named by number, and the other one is meant where there are two", async () => {
  await succeeds("compile", TWO, "-o", at("number.esp"), "--task", "boxes", "--scores", "0");
  assert.equal(await boxesOf(at("number.esp")), [FOUND]);
});

test("one output with objectness, centre and size in pixels", async () => {
  const how = ["--task", "boxes", "--box-layout", "centre", "--box-unit", "pixels", "--objectness"];
  await succeeds("compile", ONE, "-o", at("one.esp"), ...how);
  assert.equal(await boxesOf(at("one.esp")), [FOUND]);
});

test("labels tell which axis of a single output counts places, also without the background", async () => {
  writeFileSync(at("pair.txt"), "cat\ndog\n");
  writeFileSync(at("three.txt"), "cat\ndog\nowl\n");
  const how = ["--task", "boxes", "--box-layout", "centre", "--box-unit", "pixels", "--labels"];
  await succeeds("compile", ONE, "-o", at("pair.esp"), ...how, at("pair.txt"), "--background", "0");
  const { about } = await readNetwork(readFileSync(at("pair.esp")));
  assert.equal(about.labels, ["background", "cat", "dog"]);
  assert.is(about.boxes!.order, "numbers_first");
  await succeeds("compile", ONE, "-o", at("three.esp"), ...how, at("three.txt"));
  await refuses(2, /1x7x24, expected 6 numbers a place/, "compile", ONE, "-o", at("no.esp"), ...how, at("pair.txt"));
});

test("offsets from anchors", async () => {
  const offsets = network({ scores: [0.125, 0.75, 0.125], boxes: [0, 1, 0, 0] });
  writeFileSync(at("offsets.onnx"), exportOnnx(offsets));
  const anchor = [0.375, 0.25, 0.25, 0.5];
  writeFileSync(
    at("anchors.npy"),
    writeNpy(
      [24, 4],
      Float32Array.from({ length: 96 }, (_, i) => anchor[i % 4]!),
    ),
  );
  const how = [...TASK, "--anchors", at("anchors.npy"), "--variances", "1,1,1,1"];
  await succeeds("compile", at("offsets.onnx"), "-o", at("offsets.esp"), ...how);
  assert.equal(await boxesOf(at("offsets.esp")), [FOUND]);
});

test("run may ask for other scores; where nothing is found it says so", async () => {
  await succeeds("compile", TWO, "-o", at("asked.esp"), ...TASK);
  assert.equal(await boxesOf(at("asked.esp"), "--score", "0.8"), []);
  assert.is((await boxesOf(at("asked.esp"), "--score", "0.1")).length, 3);
  assert.is((await boxesOf(at("asked.esp"), "--score", "0.1", "--most", "2")).length, 2);
  assert.match(await succeeds("run", at("asked.esp"), "--input", PICTURE, "--score", "0.8"), /^no boxes;/);
});

test("a detector that is compiled again keeps what it says, but for what is said anew", async () => {
  await succeeds("compile", TWO, "-o", at("before.esp"), ...TASK, "--iou", "0.3", "--most", "7");
  await succeeds("compile", at("before.esp"), "-o", at("after.esp"), "--score", "0.25");
  const { boxes } = (await readNetwork(readFileSync(at("after.esp")))).about;
  assert.equal([boxes!.score, boxes!.iou, boxes!.most, boxes!.boxesOutput], [0.25, 0.3, 7, 1]);
  await succeeds("compile", at("before.esp"), "-o", at("plain.esp"), "--task", "tensors");
  assert.is((await readNetwork(readFileSync(at("plain.esp")))).about.boxes, undefined);
});

test("pruning and ONNX keep what a detector says", async () => {
  await succeeds("compile", TWO, "-o", at("dense.esp"), ...TASK, "--score", "0.6");
  const kept = (await readNetwork(readFileSync(at("dense.esp")))).about;
  await succeeds("prune", at("dense.esp"), "--keep", "channels=0.5", "-o", at("thin.onnx"));
  const { graph } = importOnnx(readFileSync(at("thin.onnx")));
  assert.is(graph.about.task, "boxes");
  assert.equal({ ...graph.about.boxes }, { ...kept.boxes });
  assert.equal(await boxesOf(at("thin.onnx")), [FOUND]);
});

test("--draw writes the picture with lines of two pixels, in colour", async () => {
  await succeeds("compile", TWO, "-o", at("draw.esp"), ...TASK);
  await succeeds("run", at("draw.esp"), "--input", PICTURE, "--draw", at("drawn.png"));
  const { width, height, channels, pixels } = decodePng(readFileSync(at("drawn.png")), "drawn.png");
  assert.equal([width, height, channels], [WIDTH, HEIGHT, 3]);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = x >= 10 && x < 20 && y >= 10 && y < 20;
      const within = x >= 12 && x < 18 && y >= 12 && y < 18;
      const grey = [0, 1, 2].every((c) => pixels[3 * (y * WIDTH + x) + c] === 200);
      assert.is(grey, !inside || within, `${x}, ${y}`);
    }
  }
});

test("what cannot be drawn or found is refused before anything is written", async () => {
  await succeeds("compile", TWO, "-o", at("good.esp"), ...TASK);
  const out = at("never.png");
  await refuses(
    2,
    /--draw: is for detectors; compile the network with --task boxes/,
    "run",
    TWO,
    "--input",
    PICTURE,
    "--draw",
    out,
  );
  await refuses(2, /--score: is for detectors/, "run", TWO, "--input", PICTURE, "--score", "0.5");
  await refuses(5, /written as \.png/, "run", at("good.esp"), "--input", PICTURE, "--draw", at("never.jpg"));
  writeFileSync(at("zeros.npy"), writeNpy([1, 3, 4, 6], new Float32Array(72)));
  await refuses(2, /--draw: needs a picture/, "run", at("good.esp"), "--input", at("zeros.npy"), "--draw", out);
  assert.not(existsSync(out));
});

test("numbers as input: boxes are in the input's own pixels", async () => {
  await succeeds("compile", TWO, "-o", at("own.esp"), ...TASK);
  writeFileSync(at("input.npy"), writeNpy([1, 3, 4, 6], new Float32Array(72)));
  const { boxes } = JSON.parse(await succeeds("run", at("own.esp"), "--input", at("input.npy"), "--json")) as {
    boxes: object[];
  };
  assert.equal(boxes, [{ ...FOUND, x1: 1.5, y1: 2, x2: 3, y2: 4 }]);
});

test("tasks that do not fit the network are refused, with what there is", async () => {
  const compile = ["compile", TWO, "-o", at("never.esp")];
  await refuses(2, /--iou: is for detectors; give --task boxes/, ...compile, "--iou", "0.5");
  await refuses(
    2,
    /--boxes: say which output.*0: scores \(1x3x24\), 1: boxes \(1x4x24\)/,
    ...compile,
    "--task",
    "boxes",
  );
  await refuses(2, /--boxes: no output "box"; there is 0: scores/, ...compile, "--task", "boxes", "--boxes", "box");
  await refuses(2, /1x3x24, expected 4 numbers a box/, ...compile, "--task", "boxes", "--boxes", "scores");
  await refuses(3, /background 3 of 3 classes/, ...compile, ...TASK, "--background", "3");
  await refuses(2, /Expected a number from 0 to 1/, ...compile, ...TASK, "--score", "70");
  await refuses(5, /nowhere/, ...compile, ...TASK, "--anchors", at("nowhere.npy"));
  writeFileSync(at("many.txt"), "a\nb\nc\nd\n");
  await refuses(2, /4 labels for 3 classes/, ...compile, ...TASK, "--labels", at("many.txt"));
  assert.not(existsSync(at("never.esp")));
});

/** Height, width and batch are open. */
const OPEN = at("open.onnx");
writeFileSync(
  OPEN,
  buildModel({
    inputs: { x: ["n", 3, "h", "w"] },
    nodes: [node("MaxPool", "x", "p", { kernel_shape: [2, 2], strides: [2, 2] }), node("Relu", "p", "y")],
  }),
);

test("sizes that a model leaves open are asked for, and taken from --shape by every verb", async () => {
  await refuses(3, /dimension 2 \("h"\) is not fixed; .*--shape x=1x3x224x224/, "inspect", OPEN);
  const shape = ["--shape", "x=2x3x8x6"];
  const text = await succeeds("inspect", OPEN, ...shape);
  assert.match(text, /^outputs\s+y 2x3x4x3$/m);
  assert.match(text, /^note: input "x" takes n x 3 x h x w; it became 2x3x8x6$/m);
  writeFileSync(at("two.npy"), writeNpy([2, 3, 8, 6], new Float32Array(288).fill(1)));
  const run = await succeeds("run", OPEN, "--input", at("two.npy"), ...shape, "--json");
  assert.equal((JSON.parse(run) as { outputs: { y: { shape: number[] } } }).outputs.y.shape, [2, 3, 4, 3]);
  await succeeds("bench", OPEN, ...shape, "--runs", "1", "--warm-up", "1");
  await succeeds("compile", OPEN, "-o", at("open.esp"), ...shape);
  await refuses(2, /x=1x3x9x: Expected|Expected an input and its sizes/, "inspect", OPEN, "--shape", "x=1x3x9x");
  await refuses(2, /4x4 was asked for, the model takes n x 3 x h x w/, "inspect", OPEN, "--shape", "x=4x4");
});

test("a compiled network is run at other sizes", async () => {
  await succeeds("compile", TWO, "-o", at("sized.esp"), ...TASK);
  assert.equal(await boxesOf(at("sized.esp"), "--shape", "x=1x3x9x7"), [FOUND]);
  const { layers, bytes } = JSON.parse(
    await succeeds("inspect", at("sized.esp"), "--shape", "x=1x3x9x7", "--json"),
  ) as {
    layers: { shape: number[] }[];
    bytes: number;
  };
  assert.equal(layers[0]!.shape, [1, 8, 9, 7]);
  assert.is(bytes, readFileSync(at("sized.esp")).length);
  await refuses(3, /1x4x4x6 does not fit/, "inspect", at("sized.esp"), "--shape", "x=1x4x4x6");
  await refuses(2, /z: no such input; there is x/, "inspect", at("sized.esp"), "--shape", "z=1x3x4x6");
});

test("a batch of numbers gives the boxes of each picture", async () => {
  await succeeds("compile", TWO, "-o", at("batch.esp"), ...TASK);
  writeFileSync(at("batch.npy"), writeNpy([2, 3, 4, 6], new Float32Array(144)));
  const out = await succeeds("run", at("batch.esp"), "--input", at("batch.npy"), "--shape", "x=2x3x4x6", "--json");
  const own = { ...FOUND, x1: 1.5, y1: 2, x2: 3, y2: 4 };
  assert.equal((JSON.parse(out) as { boxes: object[] }).boxes, [
    { picture: 0, ...own },
    { picture: 1, ...own },
  ]);
});

test("inspect tells what became of a foreign file, or everything that stands in the way", async () => {
  const model = modelProto({
    inputs: { x: [1, 2] },
    nodes: [node("Shape", "x", "s"), node("Reshape", "x s", "r"), node("Relu", "r", "y")],
  });
  writeFileSync(at("foreign.onnx"), encode(model));
  const text = await succeeds("inspect", at("foreign.onnx"));
  assert.match(text, /^note: 1 node on constants and shapes was computed away \(Shape\)$/m);
  const nodes = [node("Fly", "x", "a"), node("Swim", "a", "b"), node("Reshape", "b target", "y")];
  writeFileSync(at("strange.onnx"), buildModel({ inputs: { x: [2] }, nodes, initializers: [ints("target", [2])] }));
  await refuses(
    3,
    /not supported: Fly \(Fly_0\); Swim \(Swim_1\)\. Export with .*CONTRIBUTING/,
    "inspect",
    at("strange.onnx"),
  );
});

test.run();
