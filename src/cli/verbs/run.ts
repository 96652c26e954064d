import type { Command } from "commander";
import { join } from "node:path";
import { writeNpy } from "../../data/npy.js";
import { RequestError } from "../../errors.js";
import { freshName } from "../../graph/edit.js";
import { formatShape, sizeOf } from "../../graph/graph.js";
import { formatTable } from "../../report/table.js";
import { load, type Outputs, type Session } from "../../runtime/index.js";
import { topClasses, type TopClass } from "../../measure/top-classes.js";
import { readInputs } from "../inputs.js";
import { readNetworkFile } from "../network-file.js";
import {
  type BuildOption,
  count,
  type JsonOption,
  type PictureOptions,
  withBuild,
  withJson,
  withPictures,
} from "../options.js";
import { checkWritable, makeFolder, writeFileSafely } from "../output.js";
import { report, verb } from "../verb.js";

interface Options extends PictureOptions, JsonOption, BuildOption {
  readonly input: readonly string[];
  readonly output?: string;
  readonly top: number;
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
    .option("--top <k>", "how many classes to print", count, 5);
  return withJson(withBuild(withPictures(command))).action(action);
}

async function action(path: string, options: Options): Promise<void> {
  const file = await readNetworkFile(path);
  const session = await load(file.compiled, { build: options.build });
  checkOutput(options.output, session);
  const inputs = readInputs(options.input, file.graph, options);
  const started = performance.now();
  const outputs = session.run(inputs);
  const milliseconds = performance.now() - started;
  if (options.output !== undefined) writeOutputs(options.output, session, outputs);
  const top = topClasses(session, outputs, options.top);
  const data = { build: session.build, milliseconds, outputs: describe(session, outputs), ...(top ? { top } : {}) };
  report(options.json, data, () => format(session, outputs, top));
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
