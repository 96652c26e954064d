/**
 * The ten glyphs of the generated set, as strokes between -1 and 1, y downwards.
 *
 * Some are near relatives: `ring`, `arch` and `spiral`; `square` and `house`; `arrow`, `fork` and `anchor`; `wave` and `zigzag`.
 */

/** x, y, x, y, .. */
export type Points = readonly number[];

export interface Stroke {
  readonly points: Points;
  /** Whether the line bends smoothly through its points, or is straight between them. */
  readonly curved: boolean;
  /** Whether it returns to its first point. */
  readonly closed: boolean;
}

export interface Glyph {
  readonly name: string;
  readonly strokes: readonly Stroke[];
}

const line = (...points: number[]): Stroke => ({ points, curved: false, closed: false });
const polygon = (...points: number[]): Stroke => ({ points, curved: false, closed: true });
const curve = (...points: number[]): Stroke => ({ points, curved: true, closed: false });
const loop = (...points: number[]): Stroke => ({ points, curved: true, closed: true });

/** Classes are numbered in this order. */
export const GLYPHS: readonly Glyph[] = [
  {
    name: "ring",
    strokes: [loop(0, -0.8, 0.57, -0.57, 0.8, 0, 0.57, 0.57, 0, 0.8, -0.57, 0.57, -0.8, 0, -0.57, -0.57)],
  },
  { name: "arch", strokes: [curve(-0.45, 0.75, -0.78, 0.2, -0.6, -0.52, 0, -0.8, 0.6, -0.52, 0.78, 0.2, 0.45, 0.75)] },
  {
    name: "spiral",
    strokes: [
      curve(
        0.05,
        0.1,
        -0.2,
        -0.1,
        0.05,
        -0.36,
        0.4,
        -0.1,
        0.25,
        0.38,
        -0.25,
        0.42,
        -0.6,
        0,
        -0.4,
        -0.62,
        0.2,
        -0.82,
        0.8,
        -0.4,
      ),
    ],
  },
  { name: "square", strokes: [polygon(-0.7, -0.7, 0.7, -0.7, 0.7, 0.7, -0.7, 0.7)] },
  { name: "house", strokes: [polygon(-0.65, -0.1, 0, -0.9, 0.65, -0.1, 0.65, 0.75, -0.65, 0.75)] },
  { name: "arrow", strokes: [line(0, 0.9, 0, -0.85), line(-0.55, -0.2, 0, -0.85, 0.55, -0.2)] },
  { name: "fork", strokes: [line(0, 0.9, 0, -0.85), curve(-0.6, -0.75, -0.5, -0.1, 0, 0.15, 0.5, -0.1, 0.6, -0.75)] },
  {
    name: "anchor",
    strokes: [
      line(0, -0.9, 0, 0.75),
      line(-0.38, -0.5, 0.38, -0.5),
      curve(-0.75, 0.1, -0.5, 0.62, 0, 0.8, 0.5, 0.62, 0.75, 0.1),
    ],
  },
  { name: "wave", strokes: [curve(-0.9, 0.35, -0.6, -0.4, -0.3, -0.4, 0, 0.3, 0.3, 0.4, 0.6, -0.3, 0.9, -0.4)] },
  { name: "zigzag", strokes: [line(-0.9, 0.4, -0.45, -0.5, 0.05, 0.45, 0.5, -0.45, 0.9, 0.35)] },
];
