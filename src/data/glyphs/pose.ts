/** How a glyph lies in its picture. */
import { uniform } from "../../random.js";
import type { Points } from "./outlines.js";

/** Uniform between two numbers. */
export type Draw = (from: number, to: number) => number;

export function drawFrom(seed: number): Draw {
  const next = uniform(seed);
  return (from, to) => from + (to - from) * next();
}

/** A direction up to `tangent` away from the first axis (tangents of half the angle), without sine and cosine. */
export function direction(draw: Draw, tangent: number): readonly [cosine: number, sine: number] {
  const t = draw(-tangent, tangent);
  return [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
}

/** Rows of the matrix from a glyph's coordinates to pixels. */
export interface Pose {
  readonly x: readonly [number, number, number];
  readonly y: readonly [number, number, number];
}

/** Tangent of half the largest angle: 31 degrees. */
const TURN = 0.28;
const SHEAR = 0.3;
/** Half a glyph's size, as a share of the picture's side. */
const SMALLEST = 0.29;
const LARGEST = 0.42;
/** How much narrower than high a glyph may be, or the other way round. */
const STRETCH = 0.22;
/** How far beyond the picture's edge a glyph may reach, as a share of its size. */
const OVERHANG = 0;

export function randomPose(draw: Draw, side: number): Pose {
  const [cosine, sine] = direction(draw, TURN);
  const size = draw(SMALLEST, LARGEST) * side;
  const [wide, high] = [size * (1 + draw(-STRETCH, STRETCH)), size * (1 + draw(-STRETCH, STRETCH))];
  const shear = draw(-SHEAR, SHEAR);
  const room = Math.max(side / 2 - size * (1 - OVERHANG), 0);
  const [x, y] = [side / 2 + draw(-room, room), side / 2 + draw(-room, room)];
  return {
    x: [cosine * wide, (cosine * shear - sine) * high, x],
    y: [sine * wide, (sine * shear + cosine) * high, y],
  };
}

/** The points in pixels, each first moved by up to `jitter` of the glyph's half size. */
export function place(points: Points, { x, y }: Pose, draw: Draw, jitter: number): number[] {
  const placed: number[] = [];
  for (let at = 0; at < points.length; at += 2) {
    const u = points[at]! + draw(-jitter, jitter);
    const v = points[at + 1]! + draw(-jitter, jitter);
    placed.push(x[0] * u + x[1] * v + x[2], y[0] * u + y[1] * v + y[2]);
  }
  return placed;
}
