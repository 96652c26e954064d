/** --task and what belongs to it: how the user says what a network's outputs mean. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { readNpy } from "../data/npy.js";
import { RequestError } from "../errors.js";
import type { About, Boxes } from "../graph/about.js";
import { formatShape, type Graph, type Shape } from "../graph/graph.js";
import { inferShapes } from "../ops/walk.js";
import { readBytes } from "./files.js";
import { count, fraction, numbers, seed } from "./options.js";

export interface TaskOptions {
  readonly task?: About["task"];
  readonly boxes?: string;
  readonly scores?: string;
  readonly boxLayout?: Boxes["layout"];
  readonly boxUnit?: Boxes["unit"];
  readonly activation?: Boxes["activation"];
  readonly objectness?: true;
  readonly background?: number;
  readonly score?: number;
  readonly iou?: number;
  readonly most?: number;
  readonly acrossClasses?: true;
  readonly anchors?: string;
  readonly variances?: readonly number[];
}

const DEFAULTS = {
  layout: "corners",
  unit: "relative",
  activation: "none",
  objectness: false,
  background: -1,
  score: 0.5,
  iou: 0.45,
  most: 100,
  acrossClasses: false,
  anchors: [],
  variances: [],
} as const;
const BOX_OPTIONS = [
  ["boxes", "scores", "boxLayout", "boxUnit", "activation", "objectness", "background"],
  ["score", "iou", "most", "acrossClasses", "anchors", "variances"],
].flat() as (keyof TaskOptions)[];
/** What SSD was trained with (Liu et al. 2016). */
const USUAL_VARIANCES = [0.1, 0.1, 0.2, 0.2];

/** What `compile` and `run` both take: which boxes stay. */
export function withSuppression(command: Command): Command {
  return command
    .option("--score <least>", "detectors: boxes with a smaller score are left out", fraction)
    .option("--iou <most>", "detectors: boxes that overlap a better one by more are left out", fraction)
    .option("--most <n>", "detectors: at most so many boxes", count);
}

export function withTask(command: Command): Command {
  const choice = (flags: string, what: string, choices: readonly string[]) =>
    command.addOption(new Option(flags, what).choices(choices));
  choice("--task <kind>", "what the outputs mean; boxes takes the options that follow", [
    "tensors",
    "classes",
    "boxes",
  ]);
  command
    .option("--boxes <output>", "the output that holds boxes, by name or number")
    .option("--scores <output>", "the output that holds scores; the other one, or the same where there is only one");
  choice("--box-layout <layout>", "x1 y1 x2 y2, or centre x, centre y, width, height", ["corners", "centre"]);
  choice("--box-unit <unit>", "of the input's size, 0 to 1, or its pixels", ["relative", "pixels"]);
  choice("--activation <f>", "what makes probabilities of the scores", ["none", "sigmoid", "softmax"]);
  command
    .option(
      "--objectness",
      "a score of there being anything stands in front of the classes', to be multiplied with them",
    )
    .option("--background <class>", "the number of the class that means nothing is there", seed);
  return withSuppression(command)
    .option("--across-classes", "boxes of different classes suppress each other, too")
    .option(
      "--anchors <file.npy>",
      "boxes are offsets from these: centre x, centre y, width, height, 0 to 1 (SSD's priors)",
    )
    .option("--variances <a,b,c,d>", "what offsets are scaled by; 0.1,0.1,0.2,0.2 unless said", variances);
}

function variances(text: string): number[] {
  const four = numbers(text);
  if (four.length !== 4 || four.some((value) => value <= 0)) {
    throw new InvalidArgumentError("Expected four numbers above 0, such as 0.1,0.1,0.2,0.2.");
  }
  return four;
}

/** What the options make of what the network says of itself. */
export function withTaskOptions(graph: Graph, options: TaskOptions): Graph {
  const { boxes: own, ...rest } = graph.about;
  const task = options.task ?? rest.task;
  const asked = BOX_OPTIONS.filter((name) => options[name] !== undefined);
  if (task !== "boxes") {
    if (asked.length === 0) return { ...graph, about: { ...rest, task } };
    throw new RequestError("is for detectors; give --task boxes, too", optionName(asked[0]!));
  }
  if (own && asked.length === 0) return graph;
  return { ...graph, about: { ...rest, task, boxes: boxesOf(graph, own, options) } };
}

const optionName = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function boxesOf(graph: Graph, own: Boxes | undefined, options: TaskOptions): Boxes {
  const outputs = outputsOf(graph, own, options);
  const anchors = options.anchors === undefined ? (own?.anchors ?? []) : readAnchors(options.anchors);
  const before = own ?? { ...DEFAULTS, layout: anchors.length > 0 ? "centre" : DEFAULTS.layout };
  const usual = anchors.length > 0 && before.variances.length === 0 ? USUAL_VARIANCES : before.variances;
  const { objectness = before.objectness, background = before.background } = options;
  return {
    ...outputs,
    order: orderOf(graph, outputs, { objectness, background }),
    layout: options.boxLayout ?? before.layout,
    unit: options.boxUnit ?? before.unit,
    activation: options.activation ?? before.activation,
    objectness,
    background,
    score: options.score ?? before.score,
    iou: options.iou ?? before.iou,
    most: options.most ?? before.most,
    acrossClasses: options.acrossClasses ?? before.acrossClasses,
    anchors,
    variances: options.variances ?? usual,
  };
}

type OutputNumbers = Pick<Boxes, "boxesOutput" | "scoresOutput">;

function outputsOf(graph: Graph, own: OutputNumbers | undefined, options: TaskOptions): OutputNumbers {
  const only = graph.outputs.length === 1 ? 0 : undefined;
  const find = (option: "boxes" | "scores") => {
    const wanted = options[option];
    return wanted === undefined ? undefined : outputNumber(graph, wanted, `--${option}`);
  };
  const [boxes, scores] = [find("boxes") ?? own?.boxesOutput ?? only, find("scores") ?? own?.scoresOutput ?? only];
  const other = (number: number | undefined) =>
    number !== undefined && graph.outputs.length === 2 ? 1 - number : undefined;
  const found = { boxesOutput: boxes ?? other(scores), scoresOutput: scores ?? other(boxes) };
  const { boxesOutput, scoresOutput } = found;
  if (boxesOutput === undefined || scoresOutput === undefined) {
    const missing = boxesOutput === undefined ? "--boxes" : "--scores";
    throw new RequestError(`say which output that is, by name or number; there is ${listOutputs(graph)}`, missing);
  }
  return { boxesOutput, scoresOutput };
}

function outputNumber(graph: Graph, wanted: string, option: string): number {
  const named = graph.outputs.indexOf(wanted);
  const number = named >= 0 ? named : Number(wanted);
  if (Number.isInteger(number) && number >= 0 && number < graph.outputs.length) return number;
  throw new RequestError(`no output "${wanted}"; there is ${listOutputs(graph)}`, option);
}

function listOutputs(graph: Graph): string {
  const shapes = inferShapes(graph);
  return graph.outputs.map((name, i) => `${i}: ${name} (${formatShape(shapes.get(name)!)})`).join(", ");
}

/** Which of the two last axes counts the numbers of a place: the one of 4, or that of a single output that fits its labels. */
function orderOf(
  graph: Graph,
  { boxesOutput, scoresOutput }: OutputNumbers,
  { objectness, background }: Pick<Boxes, "objectness" | "background">,
): Boxes["order"] {
  const shape = inferShapes(graph).get(graph.outputs[boxesOutput]!)!;
  if (shape.length < 2)
    throw new RequestError(`output has shape ${formatShape(shape)}, expected two axes or more`, "--boxes");
  const [a, b] = shape.slice(-2) as [number, number];
  const labels = graph.about.labels.length;
  if (boxesOutput !== scoresOutput) return fitting(shape, 4) ?? fail(shape, "4 numbers a box");
  const row = 4 + (objectness ? 1 : 0) + labels;
  // The list may leave the background out.
  const longer = background >= 0 ? fitting(shape, row + 1) : undefined;
  if (labels > 0) return fitting(shape, row) ?? longer ?? fail(shape, `${row} numbers a place: 4, and the scores`);
  return b <= a ? "places_first" : "numbers_first";
}

function fitting(shape: Shape, numbersOfPlace: number): Boxes["order"] | undefined {
  if (shape.at(-1) === numbersOfPlace) return "places_first";
  return shape.at(-2) === numbersOfPlace ? "numbers_first" : undefined;
}

function fail(shape: Shape, expected: string): never {
  throw new RequestError(`output has shape ${formatShape(shape)}, expected ${expected}`, "--boxes");
}

function readAnchors(path: string): number[] {
  const { shape, data } = readNpy(readBytes(path), path);
  if (shape.at(-1) !== 4) throw new RequestError(`has shape ${formatShape(shape)}, expected n x 4`, path);
  return Array.from(data as ArrayLike<number>, Math.fround);
}
