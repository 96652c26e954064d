/** Draws boxes on a picture: an outline for each, a colour for each class. */
import type { Picture } from "./picture.js";

/** Corners in pixels. */
export interface DrawnBox {
  readonly class: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const LINE = 2;
/** From one class's hue to the next, in turns: the golden ratio keeps any number of them apart. */
const HUE_STEP = 0.618034;

type Colour = readonly [red: number, green: number, blue: number];

/** A copy in colour. The first box is drawn last, so that it lies on top. */
export function drawBoxes(picture: Picture, boxes: readonly DrawnBox[]): Picture {
  const { width, height } = picture;
  const pixels = coloured(picture);
  for (const box of [...boxes].reverse()) {
    const [left, right] = [Math.round(box.x1), Math.round(box.x2)];
    const [top, bottom] = [Math.round(box.y1), Math.round(box.y2)];
    const colour = colourOf(box.class);
    const fill = (x1: number, y1: number, x2: number, y2: number) =>
      fillRectangle(pixels, width, height, [x1, y1, x2, y2], colour);
    fill(left, top, right, top + LINE);
    fill(left, bottom - LINE, right, bottom);
    fill(left, top, left + LINE, bottom);
    fill(right - LINE, top, right, bottom);
  }
  return { width, height, channels: 3, pixels };
}

function coloured({ channels, pixels }: Picture): Uint8Array {
  return channels === 3
    ? pixels.slice()
    : Uint8Array.from({ length: 3 * pixels.length }, (_, i) => pixels[Math.floor(i / 3)]!);
}

/** Up to x2 and y2, which are left out; what lies outside the picture is not drawn. */
function fillRectangle(
  pixels: Uint8Array,
  width: number,
  height: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  colour: Colour,
): void {
  for (let y = Math.max(y1, 0); y < Math.min(y2, height); y++) {
    for (let x = Math.max(x1, 0); x < Math.min(x2, width); x++) pixels.set(colour, 3 * (y * width + x));
  }
}

/** Fully saturated; class 0 is red. */
export function colourOf(number: number): Colour {
  const hue = (number * HUE_STEP) % 1;
  const part = (shift: number) => {
    const distance = Math.abs(((hue + shift) % 1) * 6 - 3);
    return Math.round(255 * Math.min(Math.max(distance - 1, 0), 1));
  };
  return [part(0), part(2 / 3), part(1 / 3)];
}
