/** A trained face detector whose file gives offsets from anchors, against another file of it that gives corners. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { decodeImage } from "../../src/data/image-file.js";
import { fillInput, preprocessingFor } from "../../src/data/preprocess.js";
import { importOnnx } from "../../src/onnx/import.js";
import { readTensorFile } from "../../src/onnx/tensor-file.js";
import { boxes, type Build, load } from "../../src/runtime/index.js";
import { CORNERS } from "./detectors.js";

const DATA = process.env["ESPALIER_DATA"] ?? "";
const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;
const OFFSETS = join(DATA, "models/ultraface_version-RFB-320_simplified");
const CORNERS_OF = join(DATA, "models/ultraface_version-RFB-320/test_data_set_0");
const [WIDTH, HEIGHT] = [320, 240];
const PREPROCESSING = preprocessingFor([1, 3, HEIGHT, WIDTH], { mean: [127 / 255], std: [128 / 255] });

/** Squares of several sizes around the centre of each cell of four grids. */
function anchors(): number[] {
  const grids = [
    { stride: 8, sizes: [10, 16, 24] },
    { stride: 16, sizes: [32, 48] },
    { stride: 32, sizes: [64, 96] },
    { stride: 64, sizes: [128, 192, 256] },
  ];
  return grids.flatMap(({ stride, sizes }) => {
    const [columns, rows] = [Math.ceil(WIDTH / stride), Math.ceil(HEIGHT / stride)];
    return Array.from({ length: columns * rows }, (_, cell) => {
      const [x, y] = [((cell % columns) + 0.5) / columns, (Math.floor(cell / columns) + 0.5) / rows];
      return sizes.flatMap((size) => [x, y, Math.min(size / WIDTH, 1), Math.min(size / HEIGHT, 1)]);
    }).flat();
  });
}

async function open() {
  const { graph } = importOnnx(readFileSync(join(OFFSETS, "model.onnx")));
  const how = {
    ...CORNERS,
    boxesOutput: graph.outputs.indexOf("boxes"),
    scoresOutput: graph.outputs.indexOf("scores"),
    layout: "centre",
    background: 0,
    score: 0.7,
    iou: 0.3,
    anchors: anchors(),
    variances: [0.1, 0.1, 0.2, 0.2],
  } as const;
  const about = { ...graph.about, task: "boxes", boxes: how, preprocessing: { input: PREPROCESSING } } as const;
  return load(compile({ ...graph, about }), { build: BUILD });
}

const test = suite(`trained detector, ${BUILD} build`);
const present = DATA !== "" && existsSync(OFFSETS) && existsSync(CORNERS_OF);

if (present) {
  test("every box is where the network's own arithmetic puts it", async () => {
    const read = (name: string) => readTensorFile(readFileSync(join(CORNERS_OF, name))).tensor.data;
    const [scores, corners] = [read("output_0.pb"), read("output_1.pb")];
    const session = await open();
    const outputs = session.run({ input: read("input_0.pb") });
    // Each place alone: the others' scores are set to nothing.
    for (let place = 0; place < scores.length / 2; place += 13) {
      const [x1, y1, x2, y2] = Array.from(corners.slice(4 * place, 4 * place + 4), (v) => Math.min(Math.max(v, 0), 1));
      const alone = new Float32Array(scores.length);
      alone[2 * place + 1] = 1;
      const [box] = boxes(session, { ...outputs, scores: alone }, { width: 1, height: 1 });
      const got = [box!.x1, box!.y1, box!.x2, box!.y2];
      [x1!, y1!, x2!, y2!].forEach((value, i) => assert.ok(Math.abs(value - got[i]!) < 1e-4, `place ${place}`));
      assert.ok(Math.abs(outputs["scores"]![2 * place + 1]! - scores[2 * place + 1]!) < 1e-4);
    }
  });

  test("five people in a picture have five faces", async () => {
    const picture = decodeImage(readFileSync(join(DATA, "images/face_19.jpg")), "face_19.jpg");
    const session = await open();
    const input = new Float32Array(3 * WIDTH * HEIGHT);
    fillInput(picture, PREPROCESSING, input);
    const found = boxes(session, session.run({ input }), picture);
    assert.ok(found.every(({ score, class: c }) => score > 0.99 && c === 1));
    // Between the eyes of each, from the left.
    const eyes = [
      [215, 195],
      [357, 238],
      [520, 190],
      [640, 248],
      [778, 180],
    ] as const;
    const faces = [...found].sort((a, b) => a.x1 - b.x1);
    assert.is(faces.length, eyes.length);
    faces.forEach(({ x1, y1, x2, y2 }, i) => {
      const [x, y] = eyes[i]!;
      assert.ok(x1 < x && x < x2 && y1 < y && y < y2, `face ${i}`);
      assert.ok(x2 - x1 < 120 && y2 - y1 < 140, `face ${i}`);
    });
  });
}

test.run();
