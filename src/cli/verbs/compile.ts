import { type Command, Option } from "commander";
import { readFileSync } from "node:fs";
import { compile as compileGraph, type Encoding } from "../../compile/encode.js";
import { FileError, RequestError } from "../../errors.js";
import { type Graph, sizeOf } from "../../graph/graph.js";
import { inferShapes } from "../../ops/walk.js";
import { formatBytes } from "../../report/units.js";
import { load } from "../../runtime/index.js";
import { readNetworkFile } from "../network-file.js";
import {
  type JsonOption,
  onlyInput,
  type PictureOptions,
  preprocessingOf,
  withJson,
  withPictures,
} from "../options.js";
import { checkWritable, writeFileSafely } from "../output.js";
import { report, verb } from "../verb.js";

interface Options extends PictureOptions, JsonOption {
  readonly output: string;
  readonly weights: Encoding;
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
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption("-o, --output <net.esp>", "where the network goes")
    .addOption(new Option("--weights <encoding>", "how weights are stored").choices(["f32", "f16"]).default("f32"))
    .option("--labels <file>", "class names, one a line in the order of the classes");
  return withJson(withPictures(command)).action(run);
}

async function run(path: string, options: Options): Promise<void> {
  if (!options.output.toLowerCase().endsWith(".esp"))
    throw new FileError("a compiled network ends in .esp", options.output);
  checkWritable(options.output);
  const file = await readNetworkFile(path);
  const graph = withAbout(file.graph, options);
  const bytes = compileGraph(graph, { weights: options.weights });
  const session = await load(bytes);
  writeFileSafely(options.output, bytes);
  const data = {
    file: options.output,
    bytes: bytes.length,
    sourceBytes: file.fileBytes,
    macs: session.macs,
    peakBytes: session.peakBytes,
    weights: options.weights,
    notes: file.notes,
  };
  report(options.json, data, () =>
    [
      `${options.output}: ${formatBytes(data.bytes)} (${path} has ${formatBytes(data.sourceBytes)}), ${formatBytes(data.peakBytes)} of memory to run`,
      ...file.notes.map((note) => `note: ${note}`),
    ].join("\n"),
  );
}

/** The graph with what the options say about pictures and classes. */
function withAbout(graph: Graph, options: Options): Graph {
  let { about } = graph;
  if (options.mean ?? options.std ?? options.colour) {
    const input = onlyInput(graph);
    about = {
      ...about,
      preprocessing: { ...about.preprocessing, [input.name]: preprocessingOf(graph, input, options) },
    };
  }
  if (options.labels !== undefined) {
    about = { ...about, labels: readLabels(options.labels, graph), task: "classes" };
  }
  return { ...graph, about };
}

function readLabels(path: string, graph: Graph): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new FileError((error as Error).message, path);
  }
  const labels = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const shape = inferShapes(graph).get(graph.outputs[0]!)!;
  const classes = sizeOf(shape.slice(1));
  if (labels.length !== classes) throw new RequestError(`${labels.length} labels for ${classes} classes`, path);
  return labels;
}
