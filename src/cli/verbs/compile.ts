import type { Command } from "commander";
import { compile as compileGraph, type Encoding } from "../../compile/encode.js";
import { RequestError } from "../../errors.js";
import { type Graph, sizeOf } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import { formatBytes } from "../../report/units.js";
import { detectorTables } from "../../runtime/detector.js";
import { load } from "../../runtime/index.js";
import { readNetworkFile } from "../network-file.js";
import {
  type JsonOption,
  onlyInput,
  type PictureOptions,
  preprocessingOf,
  type ShapeOption,
  withJson,
  withPictures,
  withShape,
  weightsOption,
} from "../options.js";
import { checkWritable, readText, writeFileSafely } from "../files.js";
import { type TaskOptions, withTask, withTaskOptions } from "../task.js";
import { report, verb } from "../verb.js";

interface Options extends PictureOptions, TaskOptions, ShapeOption, JsonOption {
  readonly output: string;
  readonly weights?: Encoding;
  readonly labels?: string;
}

export function compile(): Command {
  const command = verb({
    name: "compile",
    summary: "turn a network into the compact .esp that the runtime loads",
    examples: [
      ["compile model.onnx -o net.esp", "weights as float32"],
      [
        "compile model.onnx -o net.esp --weights f16 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 --labels labels.txt",
        "half the size, and the file knows how pictures go in and what classes are called",
      ],
      [
        "compile faces.onnx -o faces.esp --mean 0.498 --std 0.502 --task boxes --boxes boxes --scores scores --background 0 --score 0.7 --iou 0.3",
        "a detector with two outputs: corners from 0 to 1, and scores of background and face",
      ],
      [
        "compile ssd.onnx -o ssd.esp --mean 0.498 --std 0.502 --task boxes --boxes boxes --background 0 --anchors priors.npy",
        "the same where the boxes come out as offsets from priors",
      ],
      [
        "compile yolo.onnx -o yolo.esp --mean 0 --std 1 --task boxes --box-layout centre --box-unit pixels --labels coco.txt",
        "a detector whose only output has four numbers of the box and the classes' scores for each place",
      ],
      ["compile open.onnx -o net.esp --shape input=1x3x320x320", "a network that leaves the picture's size open"],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption("-o, --output <net.esp>", "where the network goes")
    .addOption(weightsOption())
    .option("--labels <file>", "class names, one a line in the order of the classes");
  return withJson(withTask(withPictures(withShape(command)))).action(run);
}

async function run(path: string, options: Options): Promise<void> {
  if (!options.output.toLowerCase().endsWith(".esp"))
    throw new RequestError("a compiled network ends in .esp", options.output);
  checkWritable(options.output);
  const file = await readNetworkFile(path, options.shape);
  const graph = withAbout(file.graph, options);
  const weights = options.weights ?? file.weights;
  const bytes = compileGraph(graph, { weights });
  const session = await load(bytes);
  writeFileSafely(options.output, bytes);
  const data = {
    file: options.output,
    bytes: bytes.length,
    sourceBytes: file.fileBytes,
    macs: session.macs,
    peakBytes: session.peakBytes,
    weights,
    notes: file.notes,
  };
  report(options.json, data, () =>
    [
      `${options.output}: ${formatBytes(data.bytes)} (${path} has ${formatBytes(data.sourceBytes)}), ${formatBytes(data.peakBytes)} of memory to run`,
      ...file.notes.map((note) => `note: ${note}`),
    ].join("\n"),
  );
}

/** The graph with what the options say about pictures, classes and boxes. */
function withAbout(graph: Graph, options: Options): Graph {
  const lines = options.labels === undefined ? graph.about.labels : readLines(options.labels);
  const task = options.task ?? (options.labels !== undefined && !graph.about.boxes ? "classes" : undefined);
  const labelled = { ...graph, about: { ...graph.about, labels: lines } };
  const told = withTaskOptions(labelled, { ...options, ...(task ? { task } : {}) });
  const labels = options.labels === undefined ? lines : checkLabels(lines, told, options.labels);
  return withPreprocessing({ ...told, about: { ...told.about, labels } }, options);
}

/** Boxes lie in a picture, so a detector always says how one goes in. */
function withPreprocessing(graph: Graph, options: Options): Graph {
  const typed = (options.mean ?? options.std ?? options.colour) !== undefined;
  if (!typed && graph.about.task !== "boxes") return graph;
  const input = onlyInput(graph);
  const preprocessing = { ...graph.about.preprocessing, [input.name]: preprocessingOf(graph, input, options) };
  return { ...graph, about: { ...graph.about, preprocessing } };
}

function readLines(path: string): string[] {
  return readText(path).replace(/\r/g, "").replace(/\n+$/, "").split("\n");
}

/** One label a class; a detector's background may be left out of the list. */
function checkLabels(labels: readonly string[], graph: Graph, path: string): readonly string[] {
  const { boxes } = graph.about;
  const shapes = inferShapes(graph);
  const outputs = graph.outputs.map((name) => shapes.get(name)!);
  const classes = boxes ? detectorTables(boxes, outputs).classes : sizeOf(outputs[0]!.slice(1));
  if (labels.length === classes) return labels;
  if (boxes && boxes.background >= 0 && labels.length === classes - 1) {
    return labels.toSpliced(boxes.background, 0, "background");
  }
  throw new RequestError(`${labels.length} labels for ${classes} classes`, path);
}
