/** What a network carries besides its mathematics, as JSON in the model's metadata. */
import type { About, Boxes, Measurement, Preprocessing, Provenance } from "../graph/about.js";
import { NOTHING_KNOWN } from "../graph/about.js";
import type { onnx } from "../gen/onnx.js";

type Entry = onnx.StringStringEntryProto.$Properties;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isOneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string);
const isListOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isRecordOf =
  (item: Check): Check =>
  (value) =>
    isPlain(value) && Object.values(value).every(item);
const isObject =
  <T>(fields: { readonly [K in keyof T]: Check }): Check =>
  (value) =>
    isPlain(value) && Object.entries<Check>(fields).every(([key, check]) => check(value[key]));

const isPreprocessing = isObject<Preprocessing>({
  width: isNumber,
  height: isNumber,
  layout: isOneOf("nchw", "nhwc"),
  colour: isOneOf("rgb", "bgr", "grey"),
  mean: isListOf(isNumber),
  std: isListOf(isNumber),
});
const isMeasurement = isObject<Measurement>({ name: isText, before: isNumber, after: isNumber });
const isProvenance = isObject<Provenance>({ step: isText, detail: isText, measurements: isListOf(isMeasurement) });

const isFlag: Check = (value) => typeof value === "boolean";
const isBoxes = isObject<Boxes>({
  boxesOutput: isNumber,
  scoresOutput: isNumber,
  order: isOneOf("places_first", "numbers_first"),
  layout: isOneOf("corners", "centre"),
  unit: isOneOf("relative", "pixels"),
  activation: isOneOf("none", "sigmoid", "softmax"),
  objectness: isFlag,
  background: isNumber,
  score: isNumber,
  iou: isNumber,
  most: isNumber,
  acrossClasses: isFlag,
  anchors: isListOf(isNumber),
  variances: isListOf(isNumber),
});

/** Each field of `About` lies under `espalier.` and its name. */
const CHECKS: { readonly [K in keyof Required<About>]: Check } = {
  labels: isListOf(isText),
  task: isOneOf("tensors", "classes", "boxes"),
  boxes: isBoxes,
  preprocessing: isRecordOf(isPreprocessing),
  provenance: isListOf(isProvenance),
};
const FIELDS = Object.keys(CHECKS) as (keyof About)[];
const keyOf = (field: keyof About): string => `espalier.${field}`;

/** Only the fields that say something. */
export function writeAbout(about: About): Entry[] {
  const told = FIELDS.filter((field) => JSON.stringify(about[field]) !== JSON.stringify(NOTHING_KNOWN[field]));
  return told.map((field) => ({ key: keyOf(field), value: JSON.stringify(about[field]) }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field that cannot be understood is left out, and a note says so. */
export function readAbout(entries: readonly Entry[], notes: string[]): About {
  const texts = new Map(entries.map(({ key, value }) => [key, value ?? ""]));
  const found = FIELDS.flatMap((field) => {
    const text = texts.get(keyOf(field));
    if (text === undefined) return [];
    const value = parse(text);
    if (CHECKS[field](value)) return [[field, value]];
    notes.push(`metadata "${keyOf(field)}" is malformed and was ignored`);
    return [];
  });
  return consistent({ ...NOTHING_KNOWN, ...Object.fromEntries(found) }, notes);
}

/** The task and what is said of boxes go together. */
function consistent(about: About, notes: string[]): About {
  const { boxes, ...rest } = about;
  if ((boxes !== undefined) === (about.task === "boxes")) return about;
  notes.push('metadata: "espalier.task" and "espalier.boxes" contradict each other; what is said of boxes was ignored');
  return about.task === "boxes" ? { ...rest, task: "tensors" } : rest;
}
