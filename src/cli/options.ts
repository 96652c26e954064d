/** Options that several verbs have in common, and how their texts become values. */
import { Command, InvalidArgumentError, Option } from "commander";
import { limit, type ImageSet, type SkippedFile, type Split } from "../data/image-set.js";
import { openSet } from "../data/open-set.js";
import { fillInput, preprocessingFor } from "../data/preprocess.js";
import { RequestError } from "../errors.js";
import type { Preprocessing } from "../graph/about.js";
import { type Graph, type Shape, sizeOf } from "../graph/graph.js";
import type { Samples } from "../prune/segments.js";
import { createProgress, type Progress } from "../report/progress.js";
import type { Shapes } from "../runtime/index.js";

/** What --mean, --std and --colour gave. */
export interface PictureOptions {
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly colour?: "rgb" | "bgr";
}

export interface JsonOption {
  readonly json?: true;
}

/** What --shape gave, by input name. */
export interface ShapeOption {
  readonly shape?: Shapes;
}

export type BuildOption = { readonly build: "auto" | "baseline" | "relaxed" };

export interface ThreadsOption {
  readonly threads: number;
}

/** Numbers with commas between them. */
export function numbers(text: string): number[] {
  const values = text.split(",").map(Number);
  if (text.trim() === "" || values.some((value) => !Number.isFinite(value))) {
    throw new InvalidArgumentError("Expected numbers with commas between them, such as 0.485,0.456,0.406.");
  }
  return values;
}

/** A whole number from 1 on. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1 on.");
  return value;
}

/** A number from 0 to 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

/** A whole number from 0 on. */
export function seed(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("Expected a whole number from 0 on.");
  return value;
}

export function withPictures(command: Command): Command {
  return command
    .option("--mean <a,b,c>", "mean of each colour in units of pixel / 255", numbers)
    .option("--std <a,b,c>", "deviation of each colour in units of pixel / 255", numbers)
    .addOption(new Option("--colour <order>", "order of colours that the network wants").choices(["rgb", "bgr"]));
}

/** `name=1x3x320x320`, added to those before it. A name may hold `=`. */
function shapes(text: string, before: Shapes = {}): Shapes {
  const [, name, sizes] = /^(.+)=(\d+(?:x\d+)*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Expected an input and its sizes, such as input=1x3x320x320.");
  return { ...before, [name]: sizes!.split("x").map(Number) };
}

export function withShape(command: Command): Command {
  return command.option(
    "--shape <input=1x3x320x320>",
    "sizes of an input that the network leaves open, or of a compiled network's; repeatable",
    shapes,
  );
}

export function withBuild(command: Command): Command {
  return command.addOption(
    new Option("--build <build>", "engine: baseline gives the same bits everywhere, relaxed needs relaxed SIMD")
      .choices(["auto", "baseline", "relaxed"])
      .default("auto"),
  );
}

export function withThreads(command: Command): Command {
  return command.option(
    "--threads <n>",
    "threads that run the network; the baseline build's bits do not change",
    count,
    1,
  );
}

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON object instead of text");
}

/** Preprocessing for an input: what was typed, else what the network says of itself, else raw pixels. */
export function preprocessingOf(
  graph: Graph,
  input: { readonly name: string; readonly shape: Shape },
  options: PictureOptions,
): Preprocessing {
  const own = graph.about.preprocessing[input.name];
  const typed = options.mean ?? options.std ?? options.colour;
  if (typed === undefined && own) return own;
  const { mean = own?.mean, std = own?.std, colour = own?.colour } = options;
  try {
    return preprocessingFor(input.shape, {
      ...(mean ? { mean } : {}),
      ...(std ? { std } : {}),
      ...(colour === "rgb" || colour === "bgr" ? { colour } : {}),
    });
  } catch (error) {
    if (!(error instanceof RequestError) || error.where !== undefined) throw error;
    throw new RequestError(error.message, `input "${input.name}"`);
  }
}

/** Opens a set, cut to its first pictures, and says on standard error how far it is and which files it leaves out. */
export function openData(spec: string, most: number | undefined, split: Split): ImageSet {
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number): void => {
    progress ??= createProgress({ label: "opening", total, unit: "files" });
    progress.update(done);
  };
  const set = openSet(spec, { split, onProgress });
  progress?.finish();
  if (set.skipped?.length) process.stderr.write(`${describeSkipped(set.skipped, set.count)}\n`);
  return most === undefined ? set : limit(set, most);
}

/** Pictures of a set as inputs of a network. */
export function samplesOf(graph: Graph, set: ImageSet, options: PictureOptions): Samples {
  const input = onlyInput(graph);
  const preprocessing = preprocessingOf(graph, input, options);
  const size = sizeOf(input.shape);
  const get = (i: number) => {
    const pixels = new Float32Array(size);
    fillInput(set.picture(i), preprocessing, pixels);
    return pixels;
  };
  return { count: set.count, get, label: (i) => set.label(i) };
}

/** How many files are told apart before the rest are only counted. */
const MOST_TOLD = 3;

/** `2 of 1,000 files skipped: a.png (reason); b.jpg (reason)`. */
function describeSkipped(skipped: readonly SkippedFile[], read: number): string {
  const [some, all] = [skipped.length, skipped.length + read].map((files) => files.toLocaleString("en"));
  const told = skipped.slice(0, MOST_TOLD).map(({ path, reason }) => `${path} (${reason})`);
  const more = skipped.length > MOST_TOLD ? "; .." : "";
  return `${some} of ${all} files skipped: ${told.join("; ")}${more}`;
}

/** The one input of a network that takes pictures. */
export function onlyInput(graph: Graph): Graph["inputs"][number] {
  if (graph.inputs.length !== 1) {
    throw new RequestError(`has ${graph.inputs.length} inputs; this works on networks with one`, graph.name);
  }
  return graph.inputs[0]!;
}

/** How weights are stored in what is written. */
export function weightsOption(): Option {
  return new Option("--weights <encoding>", "how weights are stored; as in the network given unless said").choices([
    "f32",
    "f16",
  ]);
}
