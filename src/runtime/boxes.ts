/** From a detector's outputs to boxes: scores, corners, suppression. */
import { RequestError } from "../errors.js";
import type { Boxes } from "../gen/network.js";
import { type DetectorTables, detectorTables, pictureOf, type Table } from "./detector.js";
import type { Outputs, Session } from "./session.js";
import { type Scored, suppress } from "./suppress.js";

/** One thing that was found. Corners are in pixels of the picture, inside it, from its top left. */
export interface Box extends Scored {
  readonly label: string | undefined;
}

export interface BoxesOptions {
  /** Size of the picture that was resized to become the input; the input's own size unless said. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Which picture of a batch. Default: 0. */
  readonly picture?: number | undefined;
  /** Instead of what the network says: the least score, the largest overlap, and how many boxes at most. */
  readonly score?: number | undefined;
  readonly iou?: number | undefined;
  readonly most?: number | undefined;
}

/**
 * Reads a detector's outputs, best box first. Every class whose score suffices makes a candidate of a place; candidates
 * that overlap a better one are suppressed. The same outputs give the same boxes in the same order.
 *
 * Throws a `RequestError` for a network that is not a detector.
 *
 * @example
 * const found = boxes(session, session.run({ input: pixels }), { width: photo.width, height: photo.height });
 */
export function boxes(
  session: Pick<Session, "name" | "inputs" | "outputs" | "labels" | "boxes">,
  outputs: Outputs,
  options: BoxesOptions = {},
): Box[] {
  if (!session.boxes) throw new RequestError("this network does not say that its outputs are boxes", session.name);
  const decoding = chosen(session.boxes, options);
  const input = pictureOf(session.inputs);
  const { width = input.width, height = input.height, picture = 0 } = options;
  const tables = detectorTables(
    decoding,
    session.outputs.map(({ shape }) => shape),
  );
  if (!(Number.isInteger(picture) && picture >= 0 && picture < tables.boxes.pictures)) {
    throw new RequestError(`there is no picture ${picture} in a batch of ${tables.boxes.pictures}`, "picture");
  }
  const numbersOf = (output: number) => outputs[session.outputs[output]!.name]!;
  const size = decoding.unit === "pixels" ? input : { width: 1, height: 1 };
  const cornersAt = cornersReader(decoding, tables.boxes, numbersOf(decoding.boxesOutput), picture);
  const scoresAt = scoresReader(decoding, tables, numbersOf(decoding.scoresOutput), picture);
  const found: Scored[] = [];
  for (let place = 0; place < tables.boxes.places; place++) {
    const good = goodClasses(scoresAt(place), decoding);
    const corners = good.length > 0 ? inPicture(cornersAt(place), size) : undefined;
    if (corners) for (const one of good) found.push({ ...one, ...corners });
  }
  return suppress(found, decoding).map((box) => ({
    class: box.class,
    label: session.labels[box.class],
    score: box.score,
    x1: clamp(box.x1) * width,
    y1: clamp(box.y1) * height,
    x2: clamp(box.x2) * width,
    y2: clamp(box.y2) * height,
  }));
}

const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

function chosen(own: Boxes, { score = own.score, iou = own.iou, most = own.most }: BoxesOptions): Boxes {
  for (const [name, value] of Object.entries({ score, iou })) {
    if (!(value >= 0 && value <= 1)) throw new RequestError(`expected 0 to 1, came ${value}`, name);
  }
  if (!Number.isInteger(most) || most < 1)
    throw new RequestError(`expected a whole number from 1 on, came ${most}`, "most");
  return { ...own, score, iou, most };
}

type Corners = Pick<Scored, "x1" | "y1" | "x2" | "y2">;
/** The scores of a place's classes; the array is used again for the next place. */
type ScoresReader = (place: number) => Float64Array;

function scoresReader(how: Boxes, tables: DetectorTables, numbers: Float32Array, picture: number): ScoresReader {
  const { scores: table, firstClass, classes } = tables;
  const at = elementReader(table, numbers, picture);
  const scores = new Float64Array(classes);
  const activate = how.activation === "none" ? (value: number) => value : sigmoid;
  return (place) => {
    for (let c = 0; c < classes; c++) scores[c] = at(place, firstClass + c);
    if (how.activation === "softmax") softmax(scores);
    else if (how.activation === "sigmoid") scores.forEach((value, c) => (scores[c] = sigmoid(value)));
    if (how.objectness) {
      const anything = activate(at(place, firstClass - 1));
      scores.forEach((value, c) => (scores[c] = value * anything));
    }
    return scores;
  };
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

function softmax(values: Float64Array): void {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  values.forEach((value, i) => (sum += values[i] = Math.exp(value - largest)));
  values.forEach((value, i) => (values[i] = value / sum));
}

function elementReader(table: Table, numbers: Float32Array, picture: number) {
  const start = picture * table.places * table.numbers;
  return (place: number, number: number) => numbers[start + place * table.placeStep + number * table.numberStep]!;
}

/** The classes that are good enough, the background left out. What is not a number is not good enough. */
function goodClasses(scores: Float64Array, how: Boxes): { class: number; score: number }[] {
  const good: { class: number; score: number }[] = [];
  scores.forEach((score, c) => {
    if (c !== how.background && score >= how.score) good.push({ class: c, score });
  });
  return good;
}

function cornersReader(how: Boxes, table: Table, numbers: Float32Array, picture: number): (place: number) => Corners {
  const at = elementReader(table, numbers, picture);
  const { anchors, variances } = how;
  const four = (place: number) => [at(place, 0), at(place, 1), at(place, 2), at(place, 3)] as const;
  if (how.layout === "corners") {
    return (place) => {
      const [x1, y1, x2, y2] = four(place);
      return { x1, y1, x2, y2 };
    };
  }
  if (anchors.length === 0) return (place) => fromCentre(...four(place));
  const [vx, vy, vw, vh] = variances as [number, number, number, number];
  return (place) => {
    const [dx, dy, dw, dh] = four(place);
    const [x, y, w, h] = anchors.slice(4 * place, 4 * place + 4) as [number, number, number, number];
    return fromCentre(x + dx * vx * w, y + dy * vy * h, w * Math.exp(dw * vw), h * Math.exp(dh * vh));
  };
}

function fromCentre(x: number, y: number, w: number, h: number): Corners {
  return { x1: x - w / 2, y1: y - h / 2, x2: x + w / 2, y2: y + h / 2 };
}

/** In units of the picture's size, 0 to 1 inside; undefined where nothing of the box lies in it. */
function inPicture(box: Corners, size: { readonly width: number; readonly height: number }): Corners | undefined {
  const [x1, x2] = [box.x1 / size.width, box.x2 / size.width];
  const [y1, y2] = [box.y1 / size.height, box.y2 / size.height];
  const finite = [x1, y1, x2, y2].every(Number.isFinite);
  return finite && x1 < x2 && y1 < y2 && x1 < 1 && y1 < 1 && x2 > 0 && y2 > 0 ? { x1, y1, x2, y2 } : undefined;
}
