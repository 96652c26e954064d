/** Where a detector's outputs hold which number, checked before anything reads one. */
import { ModelError } from "../errors.js";
import type { Boxes, Network, Preprocessing } from "../gen/network.js";
import { formatShape, type Shape, sizeOf } from "./shape.js";

/** The most boxes that a network may ask to be left. */
const MOST_BOXES = 10_000;
const CORNERS = 4;

/** An output as a table: for each picture a row of numbers for each place. */
export interface Table {
  readonly pictures: number;
  readonly places: number;
  readonly numbers: number;
  /** From one place to the next, and from one number of a place to the next. */
  readonly placeStep: number;
  readonly numberStep: number;
}

export interface DetectorTables {
  readonly boxes: Table;
  readonly scores: Table;
  /** The number of a place's row where the scores of the classes begin. */
  readonly firstClass: number;
  readonly classes: number;
}

function tableOf(shape: Shape, order: Boxes["order"]): Table {
  const [a, b] = shape.slice(-2) as [number, number];
  const pictures = sizeOf(shape.slice(0, -2));
  return order === "places_first"
    ? { pictures, places: a, numbers: b, placeStep: b, numberStep: 1 }
    : { pictures, places: b, numbers: a, placeStep: 1, numberStep: b };
}

/** Throws a `ModelError` where the outputs do not hold what `boxes` says. */
export function detectorTables(boxes: Boxes, outputs: readonly Shape[]): DetectorTables {
  const [from, by] = [boxes.boxesOutput, boxes.scoresOutput].map((number) => {
    const shape = outputs[number];
    if (!shape) throw wrong(`output ${number} is named, there are ${outputs.length}`);
    if (shape.length < 2) throw wrong(`output ${number} has shape ${formatShape(shape)}, expected two axes or more`);
    return tableOf(shape, boxes.order);
  }) as [Table, Table];
  const together = boxes.boxesOutput === boxes.scoresOutput;
  if (from.places !== by.places || from.pictures !== by.pictures) {
    throw wrong(`${from.pictures} x ${from.places} boxes, but ${by.pictures} x ${by.places} rows of scores`);
  }
  if (!together && from.numbers !== CORNERS) throw wrong(`${from.numbers} numbers a box, expected ${CORNERS}`);
  const firstClass = (together ? CORNERS : 0) + (boxes.objectness ? 1 : 0);
  const classes = by.numbers - firstClass;
  const real = classes - (boxes.background >= 0 ? 1 : 0);
  if (real < 1) throw wrong(`${by.numbers} numbers a place leave no class to find`);
  return { boxes: from, scores: by, firstClass, classes };
}

const wrong = (message: string): ModelError => new ModelError(message, "boxes");

/** Throws a `ModelError` unless the boxes fit the network's inputs and outputs. */
export function checkBoxes(network: Network, boxes: Boxes, shapes: readonly Shape[]): void {
  const outputs = network.outputs.map(({ value }) => shapes[value]!);
  const { boxes: table, classes } = detectorTables(boxes, outputs);
  checkNumbers(boxes, classes);
  checkAnchors(boxes, table.places);
  if (!network.inputs.some((input) => input.preprocessing)) {
    throw wrong("no input is a picture, so there is nothing that boxes could lie in");
  }
  const names = network.labels.length;
  if (names > 0 && names !== classes) throw wrong(`${names} labels for ${classes} classes`);
}

function checkNumbers({ background, score, iou, most }: Boxes, classes: number): void {
  if (background < -1 || background >= classes) throw wrong(`background ${background} of ${classes} classes`);
  for (const [name, value] of Object.entries({ score, iou })) {
    if (!(value >= 0 && value <= 1)) throw wrong(`${name} is ${value}, expected 0 to 1`);
  }
  if (most < 1 || most > MOST_BOXES) throw wrong(`most is ${most}, expected 1 to ${MOST_BOXES}`);
}

function checkAnchors({ anchors, variances, layout, unit }: Boxes, places: number): void {
  const expected = anchors.length === 0 ? 0 : CORNERS;
  if (variances.length !== expected) throw wrong(`${variances.length} variances, expected ${expected}`);
  if (anchors.length === 0) return;
  if (anchors.length !== CORNERS * places) throw wrong(`${anchors.length / CORNERS} anchors for ${places} places`);
  if (!anchors.every(Number.isFinite)) throw wrong("an anchor is not a finite number");
  if (!variances.every((value) => Number.isFinite(value) && value > 0)) throw wrong("a variance is not above 0");
  if (layout !== "centre" || unit !== "relative") throw wrong("offsets from anchors are centre, relative");
}

/** The preprocessing of the picture that boxes lie in. */
export function pictureOf(inputs: readonly { readonly preprocessing?: Preprocessing | undefined }[]): Preprocessing {
  return inputs.find((input) => input.preprocessing)!.preprocessing!;
}
