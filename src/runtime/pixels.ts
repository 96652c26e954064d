/** From a picture's pixels to a network's input, as the file says: cut out, resized, coloured, normalised and laid out. */
import { RequestError } from "../errors.js";
import type { Preprocessing } from "../gen/network.js";
import { coloursOf, normaliser, sampler } from "./colours.js";
import { sampleRows } from "./sample-rows.js";
import type { Session } from "./session.js";
import { sizeOf } from "./shape.js";

/** 8 bits a sample, rows from the top: grey, RGB or RGBA by the number of samples. A page's `ImageData` is one. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A rectangle in pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PixelsOptions {
  /**
   * "fill": the whole picture, whatever that does to its proportions, which is how the toolkit measures accuracy. "cover": the
   * largest part in the middle that has the input's proportions. Default: "fill".
   */
  readonly fit?: "fill" | "cover" | undefined;
  /** Only this part of the picture. */
  readonly region?: Region | undefined;
}

type Described = Pick<Session, "name" | "inputs">;

/**
 * The input for a picture, or for a batch of them: numbers by the input's name, as `run` takes them. Opacity is not looked at.
 * Smaller sizes are averages over areas, larger ones bilinear, in float64: the bits that the toolkit's own preprocessing gives.
 *
 * Throws a `RequestError` for a network without a picture among its inputs, and for pixels that are not a picture.
 *
 * @example
 * const outputs = session.run(pixels(session, context.getImageData(0, 0, width, height)));
 */
export function pixels(
  session: Described,
  pictures: Pixels | readonly Pixels[],
  options: PixelsOptions = {},
): Record<string, Float32Array> {
  const input = session.inputs.find(({ preprocessing }) => preprocessing);
  if (!input) throw new RequestError("this network does not say how a picture becomes an input", session.name);
  const batch = "data" in pictures ? [pictures] : pictures;
  const expected = input.shape[0]!;
  if (batch.length !== expected)
    throw new RequestError(`expected ${expected} pictures, got ${batch.length}`, input.name);
  const numbers = new Float32Array(sizeOf(input.shape));
  const each = numbers.length / expected;
  batch.forEach((picture, i) => write(picture, input.preprocessing!, options, numbers.subarray(i * each)));
  return { [input.name]: numbers };
}

function write(picture: Pixels, p: Preprocessing, options: PixelsOptions, to: Float32Array): void {
  const channels = channelsOf(picture);
  // A page's ImageData has its fields in its prototype, where a copy by ... does not look.
  const source = { width: picture.width, data: picture.data, channels };
  const region = fitted(chosenRegion(picture, options.region), p, options.fit);
  const colours = coloursOf(p);
  const [pixelStep, colourStep] = p.layout === "nchw" ? [1, p.width * p.height] : [colours, 1];
  const normalise = Array.from({ length: colours }, (_, c) => normaliser(p, c));
  const sampleAt = Array.from({ length: colours }, (_, c) => sampler(channels, p, c));
  let at = 0;
  for (const row of sampleRows(source, region, p.width, p.height)) {
    for (let x = 0; x < row.length; x += channels, at += pixelStep) {
      for (let c = 0; c < colours; c++) to[at + c * colourStep] = normalise[c]!(sampleAt[c]!(row, x));
    }
  }
}

/** The number of samples a pixel, of which no more than red, green and blue count. */
function channelsOf({ width, height, data }: Pixels): number {
  const whole = [width, height].every((size) => Number.isInteger(size) && size >= 1);
  const channels = whole ? data?.length / (width * height) : NaN;
  if (![1, 3, 4].includes(channels)) {
    throw new RequestError(
      `expected width x height x 1, 3 or 4 samples, got ${data?.length} for ${width} x ${height}`,
      "pixels",
    );
  }
  return channels;
}

function chosenRegion({ width, height }: Pixels, region: Region = { x: 0, y: 0, width, height }): Region {
  const { x, y, width: w, height: h } = region;
  const inside = x >= 0 && y >= 0 && w >= 1 && h >= 1 && x + w <= width && y + h <= height;
  if (![x, y, w, h].every(Number.isInteger) || !inside) {
    throw new RequestError(
      `expected whole pixels inside ${width} x ${height}, got ${w} x ${h} at ${x}, ${y}`,
      "pixels.region",
    );
  }
  return region;
}

function fitted(region: Region, input: Preprocessing, fit: PixelsOptions["fit"] = "fill"): Region {
  if (fit === "fill") return region;
  if (fit !== "cover") throw new RequestError(`no fit "${String(fit)}"; there is fill, cover`, "pixels.fit");
  const scale = Math.min(region.width / input.width, region.height / input.height);
  const width = Math.max(1, Math.round(input.width * scale));
  const height = Math.max(1, Math.round(input.height * scale));
  return {
    x: region.x + ((region.width - width) >> 1),
    y: region.y + ((region.height - height) >> 1),
    width,
    height,
  };
}
