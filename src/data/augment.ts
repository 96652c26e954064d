/**
 * Small random changes that leave a picture's class as it is, made to the network's input after preprocessing.
 *
 * Flip and padded crop: as for CIFAR in He et al., Deep Residual Learning for Image Recognition, 2015, section 4.2.
 * Cutout: DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with Cutout, 2017; the square's centre may
 * lie anywhere, so that a part of the square may lie outside.
 */
import { RequestError } from "../errors.js";
import type { Preprocessing } from "../graph/about.js";
import { coloursOf, normaliser } from "../runtime/colours.js";

export interface Augmentation {
  /** Pixels of black around the picture, of which a random crop of the picture's size is taken. */
  readonly crop?: number | undefined;
  /** Whether every second picture, by chance, is mirrored left to right. */
  readonly flip?: boolean | undefined;
  /** Side in pixels of a square at a random place that becomes the mean colour, or grey where preprocessing has no mean. */
  readonly cutout?: number | undefined;
}

/** Writes an input's `from` (one picture) into `to` from `offset` on, changed at random; `next` is uniform in [0, 1). */
export type Augment = (from: Float32Array, to: Float32Array, offset: number, next: () => number) => void;

/** What `options` ask for, for inputs that `p` describes. The same numbers are drawn whatever the picture is. */
export function augmenter(p: Preprocessing, options: Augmentation): Augment {
  const { flip = false } = options;
  const crop = checkPixels("crop", options.crop, Math.min(p.width, p.height));
  const cutout = checkPixels("cutout", options.cutout, Math.max(p.width, p.height));
  const colours = coloursOf(p);
  const black = Array.from({ length: colours }, (_, c) => normaliser(p, c)(0));
  const blank = Array.from({ length: colours }, (_, c) =>
    normaliser(p, c)(p.mean.length > 0 ? 255 * p.mean[c]! : 127.5),
  );
  return (from, to, offset, next) => {
    const right = below(next, 2 * crop + 1) - crop;
    const down = below(next, 2 * crop + 1) - crop;
    const mirrored = below(next, 2) === 1 && flip;
    const [x, y] = [below(next, p.width), below(next, p.height)];
    copyMoved(p, from, to, offset, { right, down, mirrored }, black);
    if (cutout > 0) fillSquare(p, to, offset, { x, y, side: cutout }, blank);
  };
}

const below = (next: () => number, limit: number): number => Math.floor(next() * limit);

function checkPixels(name: "crop" | "cutout", value = 0, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RequestError(`expected 0 to ${most} pixels, came ${value}`, name);
}

interface Move {
  /** Pixels by which the crop lies right of the picture's own place, and below it. */
  readonly right: number;
  readonly down: number;
  readonly mirrored: boolean;
}

/** Distances between neighbours of an input with one picture. */
function stepsOf(p: Preprocessing) {
  const { layout, width, height } = p;
  const colours = coloursOf(p);
  return layout === "nchw"
    ? { pixelStep: 1, rowStep: width, colourStep: width * height }
    : { pixelStep: colours, rowStep: width * colours, colourStep: 1 };
}

function copyMoved(
  p: Preprocessing,
  from: Float32Array,
  to: Float32Array,
  offset: number,
  { right, down, mirrored }: Move,
  black: readonly number[],
): void {
  const { pixelStep, rowStep, colourStep } = stepsOf(p);
  // Output pixels [begin, end) of a row come from the picture: column x from x + right, counted from the right if mirrored.
  const shift = mirrored ? -right : right;
  const [begin, end] = [Math.max(-shift, 0), Math.min(p.width - shift, p.width)];
  const step = mirrored ? -pixelStep : pixelStep;
  const column = (mirrored ? p.width - 1 - begin : begin) + right;
  for (let c = 0; c < black.length; c++) {
    for (let y = 0; y < p.height; y++) {
      const row = offset + c * colourStep + y * rowStep;
      const inside = y + down >= 0 && y + down < p.height;
      const [first, last] = inside ? [begin, end] : [p.width, p.width];
      fill(to, row, pixelStep, 0, first, black[c]!);
      let source = c * colourStep + (y + down) * rowStep + column * pixelStep;
      for (let x = first, at = row + first * pixelStep; x < last; x++, at += pixelStep, source += step) {
        to[at] = from[source]!;
      }
      fill(to, row, pixelStep, last, p.width, black[c]!);
    }
  }
}

function fill(to: Float32Array, row: number, step: number, first: number, last: number, value: number): void {
  for (let x = first; x < last; x++) to[row + x * step] = value;
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** The pixel (x, y) is in the middle, or right below it where the side is even. */
function fillSquare(
  p: Preprocessing,
  to: Float32Array,
  offset: number,
  { x, y, side }: Square,
  blank: readonly number[],
): void {
  const { pixelStep, rowStep, colourStep } = stepsOf(p);
  const [left, top] = [x - Math.floor(side / 2), y - Math.floor(side / 2)];
  blank.forEach((colour, c) => {
    for (let row = Math.max(top, 0); row < Math.min(top + side, p.height); row++) {
      for (let column = Math.max(left, 0); column < Math.min(left + side, p.width); column++) {
        to[offset + c * colourStep + row * rowStep + column * pixelStep] = colour;
      }
    }
  });
}
