import type { Command } from "commander";
import { join } from "node:path";
import { drawBoxes } from "../../data/draw-boxes.js";
import { writeNpy } from "../../data/npy.js";
import type { Picture } from "../../data/picture.js";
import { encodePng } from "../../data/png.js";
import { FileError, RequestError } from "../../errors.js";
import { freshName } from "../../graph/edit.js";
import { formatShape, sizeOf } from "../../graph/graph.js";
import { formatTable } from "../../report/table.js";
import { type Box, boxes, load, type Outputs, type Session } from "../../runtime/index.js";
import { topClasses, type TopClass } from "../../measure/top-classes.js";
import { readInputs } from "../inputs.js";
import { readNetworkFile } from "../network-file.js";
import {
  type BuildOption,
  count,
  type JsonOption,
  type PictureOptions,
  type ShapeOption,
  type ThreadsOption,
  withBuild,
  withJson,
  withPictures,
  withShape,
  withThreads,
} from "../options.js";
import { checkWritable, makeFolder, writeFileSafely } from "../files.js";
import { withSuppression } from "../task.js";
import { report, verb } from "../verb.js";

interface Options extends PictureOptions, ShapeOption, JsonOption, BuildOption, ThreadsOption {
  readonly input: readonly string[];
  readonly output?: string;
  readonly top: number;
  readonly draw?: string;
  readonly score?: number;
  readonly iou?: number;
  readonly most?: number;
}

/** Outputs up to this size stand in the JSON in full. */
const PRINTED_NUMBERS = 10_000;

export function run(): Command {
  const command = verb({
    name: "run",
    summary: "run a network on a picture or on numbers",
    examples: [
      [
        "run net.esp --input cat.jpg",
        "decodes, resizes and normalises the picture as the file says; prints the best classes",
      ],
      [
        "run faces.esp --input crowd.jpg --draw found.png",
        "boxes in the picture's pixels, and the picture with them drawn",
      ],
      [
        "run model.onnx --input input_0.pb --output answers",
        "numbers in; one NAME.npy for each output in the folder answers",
      ],
    ],
  })
    .argument("<file>", "network, .onnx or .esp")
    .requiredOption(
      "--input <[name=]file...>",
      "one for each input: .npy, .pb, .png, .jpg; without a name in the network's order",
    )
    .option("--output <file.npy|folder>", "write the output to a .npy file, or each to NAME.npy in a folder")
    .option("--top <k>", "how many classes to print", count, 5)
    .option("--draw <out.png>", "detectors: write the picture with the boxes drawn on it");
  return withJson(withThreads(withBuild(withPictures(withShape(withSuppression(command)))))).action(action);
}

async function action(path: string, options: Options): Promise<void> {
  const file = await readNetworkFile(path, options.shape);
  const session = await load(file.compiled, {
    build: options.build,
    shapes: file.shapes,
    threads: { count: options.threads },
  });
  checkOutput(options.output, session);
  checkDetector(options, session);
  const inputs = readInputs(options.input, file.graph, options);
  const picture = inputs.pictures[0];
  if (options.draw !== undefined && !picture) throw new RequestError("needs a picture as --input", "--draw");
  const started = performance.now();
  const outputs = session.run(inputs.numbers);
  const milliseconds = performance.now() - started;
  if (options.output !== undefined) writeOutputs(options.output, session, outputs);
  const found = session.boxes && findBoxes(session, outputs, picture, options);
  if (options.draw !== undefined) writeFileSafely(options.draw, encodePng(drawBoxes(picture!, found!)));
  const top = topClasses(session, outputs, options.top);
  const answer = { ...(top ? { top } : {}), ...(found ? { boxes: found } : {}) };
  const { build, threads } = session;
  const data = { build, threads, milliseconds, outputs: describe(session, outputs), ...answer };
  session.dispose();
  report(options.json, data, () => (found ? formatBoxes(found) : format(session, outputs, top)));
}

/** What only works on detectors is refused before anything runs. */
function checkDetector({ draw, score, iou, most }: Options, session: Session): void {
  const asked = Object.entries({ draw, score, iou, most }).find(([, value]) => value !== undefined);
  if (asked && !session.boxes) {
    throw new RequestError(
      "is for detectors; compile the network with --task boxes to say how its boxes come out",
      `--${asked[0]}`,
    );
  }
  if (draw === undefined) return;
  if (!draw.toLowerCase().endsWith(".png")) throw new FileError("pictures are written as .png", draw);
  checkWritable(draw);
}

/** A box, and which picture of a batch it is in where there are several. */
type FoundBox = Box & { readonly picture?: number };

function findBoxes(session: Session, outputs: Outputs, from: Picture | undefined, options: Options): FoundBox[] {
  const { score, iou, most } = options;
  const choice = { score, iou, most, width: from?.width, height: from?.height };
  const batch = session.inputs.find(({ preprocessing }) => preprocessing)!.shape[0]!;
  if (batch === 1) return boxes(session, outputs, choice);
  return Array.from({ length: batch }, (_, picture) =>
    boxes(session, outputs, { ...choice, picture }).map((box) => ({ picture, ...box })),
  ).flat();
}

function formatBoxes(found: readonly FoundBox[]): string {
  if (found.length === 0) return "no boxes; --score takes a smaller least score";
  const rows = found.map(({ label, ...box }) => ({ ...box, label: label ?? "" }));
  const decimals = (digits: number) => (value: string | number) => Number(value).toFixed(digits);
  const corners = ["x1", "y1", "x2", "y2"].map((key) => ({ key, format: decimals(1) }));
  const picture = found[0]!.picture === undefined ? [] : ["picture"];
  return formatTable(rows, [...picture, "class", "label", { key: "score", format: decimals(4) }, ...corners]);
}

function checkOutput(output: string | undefined, session: Session): void {
  if (!output?.endsWith(".npy")) return;
  if (session.outputs.length > 1) {
    throw new RequestError(`one .npy file for ${session.outputs.length} outputs; give a folder`, "--output");
  }
  checkWritable(output);
}

function writeOutputs(output: string, session: Session, outputs: Outputs): void {
  const single = output.endsWith(".npy");
  if (!single) makeFolder(output);
  const taken = new Set<string>();
  for (const { name, shape } of session.outputs) {
    const file = freshName(name.replace(/[^A-Za-z0-9_.-]/g, "_"), taken);
    writeFileSafely(single ? output : join(output, `${file}.npy`), writeNpy(shape, outputs[name]!));
  }
}

function describe(session: Session, outputs: Outputs) {
  return Object.fromEntries(
    session.outputs.map(({ name, shape }) => {
      const data = sizeOf(shape) <= PRINTED_NUMBERS ? { data: [...outputs[name]!] } : {};
      return [name, { shape, ...data }];
    }),
  );
}

function format(session: Session, outputs: Outputs, top: readonly TopClass[] | undefined): string {
  if (top) {
    const rows = top.map(({ index, label, score }) => ({ class: index, label: label ?? "", score }));
    return formatTable(rows, ["class", "label", { key: "score", format: (value) => Number(value).toFixed(4) }]);
  }
  const rows = session.outputs.map(({ name, shape }) => {
    const numbers = outputs[name]!;
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return {
      output: name,
      shape: formatShape(shape),
      least: least(numbers),
      mean,
      most: -least(numbers.map((v) => -v)),
    };
  });
  const four = (value: string | number) => Number(value).toPrecision(4);
  return formatTable(rows, ["output", "shape", ...["least", "mean", "most"].map((key) => ({ key, format: four }))]);
}

const least = (numbers: Float32Array) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
