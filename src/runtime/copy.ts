import { Kernel } from "../../assembly/abi.js";
import type { Shape } from "./shape.js";
import { behind, type Place, type Site, type StepFields } from "./site.js";

/** Axes that the copy kernel walks. */
const COPY_AXES = 5;

/** Size, stride in x and stride in y of one axis, in elements. */
type CopyAxis = readonly [size: number, x: number, y: number];

interface Side {
  readonly place: Place;
  /** Elements behind the place. */
  readonly first: number;
  readonly strides: readonly number[];
}

/** Without axes of size 1; axes that run on from one another as one. */
function mergeAxes(sizes: Shape, xStrides: readonly number[], yStrides: readonly number[]): CopyAxis[] {
  const axes: CopyAxis[] = [];
  sizes.forEach((size, axis) => {
    const [x, y] = [xStrides[axis]!, yStrides[axis]!];
    const outer = axes.at(-1);
    if (size === 1) return;
    if (outer && outer[1] === x * size && outer[2] === y * size) axes[axes.length - 1] = [outer[0] * size, x, y];
    else axes.push([size, x, y]);
  });
  return axes;
}

/** The table of a strided copy along at most `COPY_AXES` axes. */
function copyTable(axes: readonly CopyAxis[], site: Site): Pick<StepFields, "table"> {
  const filled = [...Array.from({ length: COPY_AXES - axes.length }, (): CopyAxis => [1, 0, 0]), ...axes];
  const table = [...filled.map(([size]) => size), ...filled.map(([, x]) => 4 * x), ...filled.map(([, , y]) => 4 * y)];
  return { table: site.constants.words(table.length, (to) => to.set(table), `copy ${table.join(" ")}`) };
}

/** A strided copy; outer axes that the kernel does not walk take a step for each of their elements. */
export function planCopy(site: Site, from: Side, to: Side, sizes: Shape): void {
  const axes = mergeAxes(sizes, from.strides, to.strides);
  const [outer, walked] = [axes.slice(0, -COPY_AXES), axes.slice(-COPY_AXES)];
  const table = copyTable(walked, site);
  const copies = outer.reduce((product, [size]) => product * size, 1);
  for (let copy = 0; copy < copies; copy++) {
    let [rest, x, y] = [copy, from.first, to.first];
    for (const [size, xStride, yStride] of [...outer].reverse()) {
      x += (rest % size) * xStride;
      y += (rest % size) * yStride;
      rest = Math.floor(rest / size);
    }
    site.step(Kernel.Copy, { x: behind(from.place, 4 * x), y: behind(to.place, 4 * y), ...table });
  }
}
