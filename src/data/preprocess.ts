/** From a picture to a network's input, as its `Preprocessing` says. */
import { RequestError } from "../errors.js";
import type { Preprocessing } from "../graph/about.js";
import { coloursOf, normaliser, sampler } from "../runtime/colours.js";
import type { Picture } from "./picture.js";
import { resize } from "./resize.js";

/**
 * Writes `picture` into `out` from `offset` on.
 *
 * Size      resized (resize.ts) where it differs, without regard to the proportions; untouched where it does not.
 * Colours   grey from colour by ITU-R BT.601 luma, colour from grey by repetition.
 * Values    (sample / 255 - mean) / std, in float64 and rounded once. A missing mean is 0, a missing std 1; with neither,
 *           the sample itself, 0 to 255. `mean` and `std` are in the order of the input's channels: for bgr, blue first.
 */
export function fillInput(picture: Picture, p: Preprocessing, out: Float32Array, offset = 0): void {
  const colours = coloursOf(p);
  const pixels = p.width * p.height;
  checkNumbers(p, colours);
  checkRoom(colours * pixels, out, offset);
  const same = picture.width === p.width && picture.height === p.height;
  const [pixelStep, colourStep] = p.layout === "nchw" ? [1, pixels] : [colours, 1];
  const steps = { pixels, pixelStep, colourStep };
  const areBytes = same && picture.pixels instanceof Uint8Array && (picture.channels === 1 || colours === 3);
  if (areBytes) return fillFromTables(picture, p, steps, out, offset);
  const samples = same ? picture.pixels : resize(picture, p.width, p.height);
  for (let c = 0; c < colours; c++) {
    const sampleAt = sampler(picture.channels, p, c);
    const normalise = normaliser(p, c);
    const start = offset + c * colourStep;
    for (let pixel = 0; pixel < pixels; pixel++) {
      out[start + pixel * pixelStep] = normalise(sampleAt(samples, pixel * picture.channels));
    }
  }
}

interface Steps {
  readonly pixels: number;
  readonly pixelStep: number;
  readonly colourStep: number;
}

/** The same for bytes that go in as they are: there are only 256 of them for each channel. */
function fillFromTables(
  { channels, pixels: bytes }: Picture,
  p: Preprocessing,
  steps: Steps,
  out: Float32Array,
  offset: number,
): void {
  tablesFor(p).forEach((table, c) => {
    const colour = channels === 1 ? 0 : p.colour === "bgr" ? 2 - c : c;
    let to = offset + c * steps.colourStep;
    for (let pixel = 0, from = colour; pixel < steps.pixels; pixel++, from += channels, to += steps.pixelStep) {
      out[to] = table[bytes[from]!]!;
    }
  });
}

/** Made once for each `Preprocessing`, which nobody changes. */
const TABLES = new WeakMap<Preprocessing, readonly Float32Array[]>();

/** For each channel of the input, what each sample becomes. */
function tablesFor(p: Preprocessing): readonly Float32Array[] {
  const known = TABLES.get(p);
  if (known) return known;
  const tables = Array.from({ length: coloursOf(p) }, (_, c) => {
    const normalise = normaliser(p, c);
    return Float32Array.from({ length: 256 }, (_, sample) => normalise(sample));
  });
  TABLES.set(p, tables);
  return tables;
}

function checkNumbers(p: Preprocessing, colours: number): void {
  checkLength("mean", p.mean, colours);
  checkLength("std", p.std, colours);
  const wrong = [...p.mean, ...p.std].find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RequestError(`expected finite numbers for mean and std, came ${wrong}`);
  const small = p.std.find((value) => value <= 0);
  if (small !== undefined) throw new RequestError(`expected std above 0, came ${small}; pixels are divided by it`);
}

function checkLength(name: "mean" | "std", values: readonly number[], colours: number): void {
  if (values.length === 0 || values.length === colours) return;
  const expected = colours === 1 ? "one number or none" : `one number, ${colours} or none`;
  throw new RequestError(`expected ${expected}, one a channel of the input, came ${values.length}`, name);
}

function checkRoom(needed: number, out: Float32Array, offset: number): void {
  if (Number.isInteger(offset) && offset >= 0 && offset + needed <= out.length) return;
  throw new RequestError(`expected room for ${needed} numbers from ${offset} on, came an input of ${out.length}`);
}

export interface PreprocessingOptions {
  /** One number a channel, or one for all. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** `rgb` unless said; an input with one channel is grey whatever is said. */
  readonly colour?: "rgb" | "bgr";
}

interface Input {
  readonly layout: Preprocessing["layout"];
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** What an input's shape tells about preprocessing, and the options the rest. Where both layouts fit, it is nchw. */
export function preprocessingFor(shape: readonly number[], options: PreprocessingOptions): Preprocessing {
  const { layout, width, height, channels } = inputOf(shape);
  const everyChannel = (values: readonly number[] = []): readonly number[] =>
    values.length === 1 ? Array.from({ length: channels }, () => values[0]!) : [...values];
  const p: Preprocessing = {
    width,
    height,
    layout,
    colour: channels === 1 ? "grey" : (options.colour ?? "rgb"),
    mean: everyChannel(options.mean),
    std: everyChannel(options.std),
  };
  checkNumbers(p, channels);
  return p;
}

const isChannels = (size: number): boolean => size === 1 || size === 3;

function inputOf(shape: readonly number[]): Input {
  const [n = 0, a = 0, b = 0, c = 0] = shape;
  if (shape.length === 4 && Math.min(n, a, b, c) >= 1) {
    if (isChannels(a)) return { layout: "nchw", channels: a, height: b, width: c };
    if (isChannels(c)) return { layout: "nhwc", channels: c, height: a, width: b };
  }
  const expected = "expected an input that is a picture (n x c x h x w or n x h x w x c, c being 1 or 3)";
  throw new RequestError(`${expected}, came ${shape.length === 0 ? "a scalar" : shape.join(" x ")}`);
}
