/** Outputs to boxes, in numbers that can be followed by hand; and what a file may say of boxes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { readNetwork } from "../../src/compile/raise.js";
import { ModelError, RequestError } from "../../src/errors.js";
import type { Boxes } from "../../src/graph/about.js";
import type { Graph } from "../../src/graph/graph.js";
import { boxes, type BoxesOptions, load } from "../../src/runtime/index.js";
import { CORNERS, detector } from "./detectors.js";

const test = suite("runtime/boxes");

type Rows = readonly (readonly number[])[];

/** Reads outputs that are written row by row, one row a place, of a network with an input of 20 x 10 pixels. */
function read(how: Partial<Boxes>, outputs: readonly Rows[], options: BoxesOptions = {}, labels: string[] = []) {
  const shapeOf = (rows: Rows) => [1, rows.length, rows[0]!.length];
  const picture = { width: 20, height: 10, layout: "nchw", colour: "rgb", mean: [], std: [] } as const;
  const session = {
    name: "test",
    inputs: [{ name: "x", shape: [1, 3, 10, 20], preprocessing: picture }],
    outputs: outputs.map((rows, i) => ({ name: `out${i}`, shape: shapeOf(rows) })),
    labels,
    boxes: { ...CORNERS, ...how },
  };
  const numbers = outputs.map((rows, i) => [`out${i}`, Float32Array.from(rows.flat())] as const);
  return boxes(session, Object.fromEntries(numbers), options);
}

/** Rounded to what float32 holds of these small numbers. */
const rounded = (found: readonly { class: number; score: number; x1: number; y1: number; x2: number; y2: number }[]) =>
  found.map(({ class: c, score, x1, y1, x2, y2 }) => [
    c,
    ...[score, x1, y1, x2, y2].map((v) => Math.round(v * 1e4) / 1e4),
  ]);

const transposed = (rows: Rows): Rows => rows[0]!.map((_, column) => rows.map((row) => row[column]!));

test("corners from 0 to 1 come out in the picture's pixels, best first, with labels", () => {
  const where = [
    [0.25, 0.5, 0.5, 1],
    [0, 0, 0.125, 0.25],
  ];
  const scores = [
    [0.75, 0],
    [0.25, 0.875],
  ];
  assert.equal(read({}, [where, scores], { width: 400, height: 200 }, ["cat", "dog"]), [
    { class: 1, label: "dog", score: 0.875, x1: 0, y1: 0, x2: 50, y2: 50 },
    { class: 0, label: "cat", score: 0.75, x1: 100, y1: 100, x2: 200, y2: 200 },
  ]);
  assert.equal(rounded(read({}, [where, scores])), [
    [1, 0.875, 0, 0, 2.5, 2.5],
    [0, 0.75, 5, 5, 10, 10],
  ]);
});

test("pixels of the input are scaled to the picture on each axis", () => {
  const found = read({ unit: "pixels" }, [[[2, 1, 10, 5]], [[1]]], { width: 40, height: 100 });
  assert.equal(rounded(found), [[0, 1, 4, 10, 20, 50]]);
});

test("centre, width and height become corners", () => {
  assert.equal(rounded(read({ layout: "centre", unit: "pixels" }, [[[6, 4, 8, 2]], [[1]]])), [[0, 1, 2, 3, 10, 5]]);
});

test("corners are cut to the picture; a box outside of it, or without area, or not a number, is none", () => {
  const where = [
    [-1, -1, 0.5, 2],
    [1, 0, 2, 1],
    [-2, 0, 0, 1],
    [0.5, 0.5, 0.5, 0.75],
    [0.75, 0.5, 0.5, 0.75],
    [NaN, 0, 1, 1],
    [0, 0, Infinity, 1],
  ];
  assert.equal(rounded(read({}, [where, where.map(() => [1])])), [[0, 1, 0, 0, 10, 10]]);
});

test("a score that just suffices stays, one that is not a number does not", () => {
  const where = Array.from({ length: 3 }, (_, i) => [i / 4, 0, (i + 1) / 4, 1]);
  const found = read({ score: 0.5 }, [where, [[0.5], [0.4999], [NaN]]]);
  assert.equal(rounded(found), [[0, 0.5, 0, 0, 5, 10]]);
});

test("every class whose score suffices makes a box, the background none", () => {
  const found = read({ background: 1, score: 0.25 }, [[[0, 0, 1, 1]], [[0.25, 0.875, 0.5]]]);
  assert.equal(
    found.map((box) => [box.class, box.score]),
    [
      [2, 0.5],
      [0, 0.25],
    ],
  );
});

test("softmax goes over the classes, the background among them", () => {
  const [box, ...others] = read({ activation: "softmax", background: 0 }, [[[0, 0, 1, 1]], [[0, Math.log(3)]]]);
  assert.is(others.length, 0);
  assert.is(box!.class, 1);
  assert.ok(Math.abs(box!.score - 0.75) < 1e-6);
});

test("softmax of large numbers stays finite", () => {
  assert.is(read({ activation: "softmax" }, [[[0, 0, 1, 1]], [[1000, 0]]])[0]!.score, 1);
});

test("sigmoid makes probabilities of each score", () => {
  const found = read({ activation: "sigmoid" }, [[[0, 0, 1, 1]], [[Math.log(3), 0, -1]]]);
  assert.equal(
    rounded(found).map((box) => box.slice(0, 2)),
    [
      [0, 0.75],
      [1, 0.5],
    ],
  );
});

test("one output: four of the box, objectness, classes", () => {
  const rows = [
    [10, 5, 20, 10, 0.5, 0.25, 1],
    [5, 5, 10, 10, 1, 0.75, 0.5],
  ];
  const how = { scoresOutput: 0, layout: "centre", unit: "pixels", objectness: true, score: 0.5 } as const;
  const expected = [
    [0, 0.75, 0, 0, 10, 10],
    [1, 0.5, 0, 0, 20, 10],
  ];
  // Both boxes of class 1 have score 0.5 and overlap by half, which is not more than allowed.
  assert.equal(rounded(read(how, [rows])), [...expected, [1, 0.5, 0, 0, 10, 10]]);
  assert.equal(rounded(read({ ...how, order: "numbers_first" }, [transposed(rows)])), [
    ...expected,
    [1, 0.5, 0, 0, 10, 10],
  ]);
  assert.equal(rounded(read({ ...how, iou: 0.49 }, [rows])), expected);
});

test("objectness passes through the sigmoid, too", () => {
  const found = read({ scoresOutput: 0, objectness: true, activation: "sigmoid" }, [
    [[0, 0, 1, 1, Math.log(3), Math.log(3)]],
  ]);
  assert.ok(Math.abs(found[0]!.score - 0.5625) < 1e-6);
});

test("anchors with variances: offsets of the centre in anchor sizes, sizes by powers of e", () => {
  const how = {
    layout: "centre",
    anchors: [0.5, 0.5, 0.5, 0.25, 0.25, 0.75, 0.25, 0.5],
    variances: [0.5, 0.5, 2, 2],
  } as const;
  // First: centre 0.5 - 0.5 * 0.5 * 0.5, 0.5 + 1 * 0.5 * 0.25; size 0.5 * 2^(2 * 0.5), 0.25. Second: the anchor itself.
  const offsets = [
    [-0.5, 1, Math.LN2 / 2, 0],
    [0, 0, 0, 0],
  ];
  assert.equal(rounded(read(how, [offsets, [[1], [0.875]]], { width: 1, height: 1, iou: 1 })), [
    [0, 1, 0, 0.5, 0.875, 0.75],
    [0, 0.875, 0.125, 0.5, 0.375, 1],
  ]);
});

test("the caller may choose another score, overlap and number", () => {
  const where = [
    [0, 0, 1, 1],
    [0, 0, 1, 0.75],
    [0, 0, 0.5, 0.25],
  ];
  const outputs = [where, [[0.9], [0.8], [0.2]]];
  const count = (options: BoxesOptions) => read({}, outputs, options).length;
  assert.is(count({}), 1);
  assert.is(count({ iou: 0.75 }), 2);
  assert.is(count({ score: 0.1 }), 2);
  assert.is(count({ score: 0, iou: 1 }), 3);
  assert.is(count({ score: 0, iou: 1, most: 2 }), 2);
  assert.is(count({ score: 1 }), 0);
});

test("wishes out of range are refused", () => {
  const asked = (options: BoxesOptions) => () => read({}, [[[0, 0, 1, 1]], [[1]]], options);
  const refused = (error: unknown) => error instanceof RequestError;
  for (const options of [{ score: -1 }, { score: NaN }, { iou: 2 }, { most: 0 }, { most: 1.5 }, { picture: 1 }]) {
    assert.throws(asked(options), refused, JSON.stringify(options));
  }
});

test("a network that is not a detector is refused", () => {
  const session = { name: "plain", inputs: [], outputs: [], labels: [], boxes: undefined };
  assert.throws(() => boxes(session, {}), /plain: this network does not say/);
});

test("a compiled detector says how its boxes come out, and reads back as it was", async () => {
  const anchors = Array.from({ length: 4 * 24 }, (_, i) => (1 + (i % 7)) / 8);
  const graph = detector({ layout: "centre", anchors, variances: [0.1, 0.1, 0.2, 0.2], background: 0, score: 0.7 });
  const bytes = compile(graph);
  const session = await load(bytes);
  assert.is(session.task, "boxes");
  assert.equal({ ...session.boxes }, graph.about.boxes);
  const { boxes: back, ...about } = (await readNetwork(bytes)).about;
  assert.equal({ ...back }, graph.about.boxes);
  assert.is(about.task, "boxes");
});

test("each picture of a batch gives the boxes that it gives alone", async () => {
  const anchors = Array.from({ length: 4 * 24 }, () => 0.5);
  const offsets = { layout: "centre", anchors, variances: [0.1, 0.1, 0.2, 0.2] } as const;
  const bytes = compile(detector({ ...offsets, activation: "softmax", score: 0.3 }));
  const [alone, together] = [await load(bytes), await load(bytes, { shapes: { x: [3, 3, 4, 6] } })];
  const pixels = Float32Array.from({ length: 3 * 72 }, (_, i) => ((i * 37) % 17) / 8 - 1);
  const all = together.run({ x: pixels });
  const counts = [0, 1, 2].map((picture) => {
    const one = boxes(alone, alone.run({ x: pixels.slice(72 * picture, 72 * picture + 72) }));
    assert.equal(boxes(together, all, { picture }), one);
    return one.length;
  });
  assert.ok(counts.every((count) => count > 0));
  assert.throws(() => boxes(together, all, { picture: 3 }), /no picture 3 in a batch of 3/);
});

const WRONG: readonly (readonly [what: string, boxes: Partial<Boxes>, message: RegExp])[] = [
  ["an output that is not there", { boxesOutput: 2 }, /output 2 is named, there are 2/],
  ["the other order", { order: "places_first" }, /4 x 24|4 boxes|24 numbers a box|rows of scores/],
  ["outputs the wrong way round", { boxesOutput: 1, scoresOutput: 0 }, /3 numbers a box, expected 4/],
  ["no room for scores", { scoresOutput: 0 }, /4 numbers a place leave no class/],
  ["a background that is no class", { background: 3 }, /background 3 of 3 classes/],
  ["a background below -1", { background: -2 }, /background -2/],
  ["a score above 1", { score: 1.5 }, /score is 1.5, expected 0 to 1/],
  ["a score that is not a number", { score: NaN }, /score is NaN/],
  ["an overlap below 0", { iou: -0.1 }, /iou is -0.1/],
  ["no boxes at all", { most: 0 }, /most is 0, expected 1 to 10000/],
  ["too many boxes", { most: 10_001 }, /most is 10001/],
  ["variances without anchors", { variances: [1, 1, 1, 1] }, /4 variances, expected 0/],
  ["anchors without variances", { anchors: [1, 1, 1, 1] }, /0 variances, expected 4/],
  ["too few anchors", { anchors: [1, 1, 1, 1], variances: [1, 1, 1, 1] }, /1 anchors for 24 places/],
  ["anchors of corners", { anchors: Array(96).fill(1), variances: [1, 1, 1, 1] }, /are centre, relative/],
  ["a variance of 0", { anchors: Array(96).fill(1), variances: [1, 0, 1, 1] }, /a variance is not above 0/],
  ["an endless anchor", { anchors: Array(96).fill(Infinity), variances: [1, 1, 1, 1] }, /not a finite number/],
];

async function refuses(graph: Graph, message: RegExp): Promise<void> {
  const error: unknown = await load(compile(graph)).catch((thrown: unknown) => thrown);
  assert.instance(error, ModelError);
  assert.match((error as Error).message, message);
}

for (const [what, how, message] of WRONG) {
  test(`a file is refused that says of boxes: ${what}`, () => refuses(detector(how), message));
}

test("a file is refused whose task and boxes contradict each other", async () => {
  const { boxes: how, ...rest } = detector().about;
  await refuses({ ...detector(), about: rest }, /the task is boxes, without boxes/);
  await refuses({ ...detector(), about: { ...rest, task: "classes", boxes: how! } }, /the task is classes, with boxes/);
});

test("a file is refused whose boxes lie in no picture, or whose labels do not fit", async () => {
  const graph = detector();
  await refuses({ ...graph, about: { ...graph.about, preprocessing: {} } }, /no input is a picture/);
  await refuses({ ...graph, about: { ...graph.about, labels: ["a", "b"] } }, /2 labels for 3 classes/);
});

test.run();
