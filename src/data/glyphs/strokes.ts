/**
 * Strokes as coverage of pixels: 0 outside, 1 inside, in between on the edge.
 *
 * Sums, products, quotients and square roots only, which every engine rounds alike: the same picture everywhere, bit for bit.
 */
import type { Points } from "./outlines.js";

/** Straight pieces between two points of a curve. */
const PIECES = 4;

export interface Pen {
  /** Half the width of the line, pixels. */
  readonly radius: number;
  /** Over how many pixels the edge fades. */
  readonly softness: number;
}

/** Points of a polyline that bends smoothly through `points`: Catmull and Rom 1974, uniform. */
export function flatten(points: Points, closed: boolean): number[] {
  const count = points.length / 2;
  const at = (index: number, axis: number): number => {
    const inside = closed ? (index + count) % count : Math.min(Math.max(index, 0), count - 1);
    return points[2 * inside + axis]!;
  };
  const flat: number[] = [];
  const last = closed ? count : count - 1;
  for (let i = 0; i < last; i++) {
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      for (const axis of [0, 1]) flat.push(between(at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis), t));
    }
  }
  flat.push(at(last, 0), at(last, 1));
  return flat;
}

function between(before: number, from: number, to: number, after: number, t: number): number {
  const bend = 2 * before - 5 * from + 4 * to - after;
  const twist = 3 * (from - to) + after - before;
  return from + 0.5 * t * (to - before + t * (bend + t * twist));
}

/** Raises `coverage` (side x side) to that of a polyline, whose points are in pixels. */
export function coverPolyline(coverage: Float64Array, side: number, points: Points, pen: Pen): void {
  for (let at = 0; at + 3 < points.length; at += 2) {
    coverSegment(coverage, side, points[at]!, points[at + 1]!, points[at + 2]!, points[at + 3]!, pen);
  }
}

function coverSegment(
  coverage: Float64Array,
  side: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  { radius, softness }: Pen,
): void {
  const reach = radius + softness / 2;
  const [dx, dy] = [x2 - x1, y2 - y1];
  const scale = 1 / Math.max(dx * dx + dy * dy, 1e-9);
  const left = firstPixel(Math.min(x1, x2) - reach);
  const right = lastPixel(Math.max(x1, x2) + reach, side);
  const bottom = lastPixel(Math.max(y1, y2) + reach, side);
  for (let row = firstPixel(Math.min(y1, y2) - reach); row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [px, py] = [column + 0.5 - x1, row + 0.5 - y1];
      const along = Math.min(Math.max((px * dx + py * dy) * scale, 0), 1);
      const [ex, ey] = [px - along * dx, py - along * dy];
      const squared = ex * ex + ey * ey;
      if (squared >= reach * reach) continue;
      const covered = Math.min((reach - Math.sqrt(squared)) / softness, 1);
      const place = row * side + column;
      if (covered > coverage[place]!) coverage[place] = covered;
    }
  }
}

const firstPixel = (edge: number): number => Math.max(Math.floor(edge), 0);
const lastPixel = (edge: number, side: number): number => Math.min(Math.floor(edge), side - 1);
