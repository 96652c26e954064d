/** Colours of the generated set: which go with which, and how they are laid on. */
import type { Draw } from "./pose.js";

export type Colour = readonly [red: number, green: number, blue: number];

/** How far the channels may stray from their mean. */
const TINT = 45;
const DARKEST = 15;
const BRIGHTEST = 240;

/** A colour of about this brightness, 0 to 255. */
export function tinted(draw: Draw, brightness: number): Colour {
  const [a, b] = [draw(-TINT, TINT), draw(-TINT, TINT)];
  return [brightness + a, brightness + b, brightness - (a + b) / 2];
}

/** A brightness this far from another, on the side with more room, or on either where both have enough. */
export function contrasting(draw: Draw, brightness: number, distance: number): number {
  const fitsBelow = brightness - distance >= DARKEST;
  const fitsAbove = brightness + distance <= BRIGHTEST;
  const up = fitsAbove && fitsBelow ? draw(0, 1) < 0.5 : fitsAbove;
  return up ? brightness + distance : brightness - distance;
}

/** Planes of samples before they are rounded, and their side. */
export interface Canvas {
  readonly side: number;
  readonly planes: readonly [Float64Array, Float64Array, Float64Array];
}

/** From `from` to `to` along the direction (dx, dy), whose length is 1. */
export function layGradient({ side, planes }: Canvas, from: Colour, to: Colour, dx: number, dy: number): void {
  const centre = (side - 1) / 2;
  planes.forEach((plane, c) => {
    const slope = (to[c]! - from[c]!) / side;
    for (let y = 0; y < side; y++) {
      const start = (from[c]! + to[c]!) / 2 + slope * ((y - centre) * dy - centre * dx);
      for (let x = 0; x < side; x++) plane[y * side + x] = start + slope * dx * x;
    }
  });
}

/** Lays a colour on where `coverage` is above 0, and clears `coverage` for the next. */
export function layColour({ planes }: Canvas, coverage: Float64Array, colour: Colour, opacity: number): void {
  for (let at = 0; at < coverage.length; at++) {
    const amount = coverage[at]! * opacity;
    if (amount === 0) continue;
    coverage[at] = 0;
    for (let c = 0; c < 3; c++) planes[c]![at]! += amount * (colour[c]! - planes[c]![at]!);
  }
}
