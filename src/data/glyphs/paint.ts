/** One picture of the generated set: ground, clutter, a glyph, clutter above it, noise. */
import type { Picture } from "../picture.js";
import { type Canvas, type Colour, contrasting, layColour, layGradient, tinted } from "./colours.js";
import { GLYPHS } from "./outlines.js";
import { direction, type Draw, drawFrom, place, randomPose } from "./pose.js";
import { coverPolyline, flatten, type Pen } from "./strokes.js";

export const SIDE = 32;

/** How far a glyph is from its ground in brightness, 0 to 255. */
const CONTRAST = [60, 112] as const;
/** Between the two ends of the ground. */
const GRADIENT = 60;
/** Of a glyph's points, as a share of its half size. */
const JITTER = 0.16;
/** Half the width of a glyph's lines, pixels. */
const PEN = [0.55, 1.5] as const;
const SOFTNESS = [0.8, 1.8] as const;
/** The strongest noise, as a share of the contrast. */
const MOST_NOISE = 0.7;

/** A function of the class and the seed alone. */
export function paintGlyph(label: number, seed: number): Picture {
  const draw = drawFrom(seed);
  const planes = [0, 1, 2].map(() => new Float64Array(SIDE * SIDE)) as unknown as Canvas["planes"];
  const canvas: Canvas = { side: SIDE, planes };
  const coverage = new Float64Array(SIDE * SIDE);
  const ground = draw(30, 225);
  const contrast = draw(...CONTRAST);
  const ink = contrasting(draw, ground, contrast);
  layGround(canvas, draw, ground);
  layBlobs(canvas, coverage, draw, ground, ink);
  layDistractors(canvas, coverage, draw, whole(draw, 1, 4), ground, ink);
  layGlyph(canvas, coverage, draw, label, tinted(draw, ink));
  layDistractors(canvas, coverage, draw, whole(draw, 0, 2), ground, ink);
  return { width: SIDE, height: SIDE, channels: 3, pixels: developed(canvas, draw, draw(0, MOST_NOISE) * contrast) };
}

/** A whole number from `from` to `to`, both possible. */
const whole = (draw: Draw, from: number, to: number): number => Math.floor(draw(from, to + 1));

function layGround(canvas: Canvas, draw: Draw, ground: number): void {
  const slope = draw(-GRADIENT, GRADIENT);
  const [dx, dy] = direction(draw, 1);
  const colour = tinted(draw, ground);
  const shifted = (by: number) => colour.map((sample) => sample + by) as unknown as Colour;
  layGradient(canvas, shifted(-slope / 2), shifted(slope / 2), dx, dy);
}

function layGlyph(canvas: Canvas, coverage: Float64Array, draw: Draw, label: number, colour: Colour): void {
  const pose = randomPose(draw, SIDE);
  const pen: Pen = { radius: draw(...PEN), softness: draw(...SOFTNESS) };
  for (const { points, curved, closed } of GLYPHS[label]!.strokes) {
    const placed = place(points, pose, draw, JITTER);
    const line = curved ? flatten(placed, closed) : closed ? [...placed, placed[0]!, placed[1]!] : placed;
    coverPolyline(coverage, SIDE, line, pen);
  }
  layColour(canvas, coverage, colour, 1);
}

/** Between ground and ink, and a little beyond, so that brightness alone does not tell a glyph. */
const clutterColour = (draw: Draw, ground: number, ink: number): Colour =>
  tinted(draw, ground + draw(-0.4, 1.1) * (ink - ground));

/** Short strokes, bent or straight. */
function layDistractors(
  canvas: Canvas,
  coverage: Float64Array,
  draw: Draw,
  count: number,
  ground: number,
  ink: number,
): void {
  for (let i = 0; i < count; i++) {
    const [x, y] = [draw(0, SIDE), draw(0, SIDE)];
    const points = [x, y];
    for (let more = whole(draw, 1, 2); more > 0; more--) {
      points.push(points.at(-2)! + draw(-8, 8), points.at(-1)! + draw(-8, 8));
    }
    coverPolyline(coverage, SIDE, flatten(points, false), { radius: draw(0.4, 1.1), softness: draw(...SOFTNESS) });
    layColour(canvas, coverage, clutterColour(draw, ground, ink), draw(0.5, 1));
  }
}

/** Soft spots, a point of a very wide pen. */
function layBlobs(canvas: Canvas, coverage: Float64Array, draw: Draw, ground: number, ink: number): void {
  for (let count = whole(draw, 0, 3); count > 0; count--) {
    const [x, y] = [draw(0, SIDE), draw(0, SIDE)];
    const pen: Pen = { radius: draw(1.5, 4), softness: draw(2, 8) };
    coverPolyline(coverage, SIDE, [x, y, x + draw(-5, 5), y + draw(-5, 5)], pen);
    layColour(canvas, coverage, clutterColour(draw, ground, ink), draw(0.3, 0.9));
  }
}

/** Samples with noise, as bytes. */
function developed({ planes }: Canvas, draw: Draw, noise: number): Uint8Array {
  const pixels = new Uint8Array(3 * SIDE * SIDE);
  planes.forEach((plane, c) => {
    for (let at = 0; at < plane.length; at++) {
      const sample = plane[at]! + noise * triangular(draw);
      pixels[3 * at + c] = Math.min(Math.max(Math.round(sample), 0), 255);
    }
  });
  return pixels;
}

/** Between -1 and 1, near 0 most often: the sum of two numbers, which are the two halves of one draw. */
function triangular(draw: Draw): number {
  const both = draw(0, 65536);
  const first = Math.floor(both);
  return first / 65536 + (both - first) - 1;
}
