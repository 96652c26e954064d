import { Kernel } from "../../assembly/abi.js";
import { ModelError } from "../errors.js";
import type { Shape } from "./shape.js";
import { behind, type Place, type Site, type StepFields } from "./site.js";

/** Axes that the copy kernel walks. */
const COPY_AXES = 5;

/** The table of a strided copy; strides in elements. Axes that run on from one another are merged first. */
export function copyFields(
  sizes: Shape,
  xStrides: readonly number[],
  yStrides: readonly number[],
  site: Site,
): Pick<StepFields, "table"> {
  const axes: [size: number, x: number, y: number][] = [];
  sizes.forEach((size, axis) => {
    const [x, y] = [xStrides[axis]!, yStrides[axis]!];
    const outer = axes.at(-1);
    if (size === 1) return;
    if (outer && outer[1] === x * size && outer[2] === y * size) axes[axes.length - 1] = [outer[0] * size, x, y];
    else axes.push([size, x, y]);
  });
  if (axes.length > COPY_AXES)
    throw new ModelError(`moves elements along ${axes.length} axes, at most ${COPY_AXES} are supported`);
  while (axes.length < COPY_AXES) axes.unshift([1, 0, 0]);
  const table = [...axes.map(([size]) => size), ...axes.map(([, x]) => 4 * x), ...axes.map(([, , y]) => 4 * y)];
  return { table: site.constants.words(table.length, (to) => to.set(table), `copy ${table.join(" ")}`) };
}

/** One copy step; `xFirst` and `yFirst` are elements behind the two places. */
export function planCopy(
  site: Site,
  from: { readonly place: Place; readonly first: number; readonly strides: readonly number[] },
  to: { readonly place: Place; readonly first: number; readonly strides: readonly number[] },
  sizes: Shape,
): void {
  site.step(Kernel.Copy, {
    x: behind(from.place, 4 * from.first),
    y: behind(to.place, 4 * to.first),
    ...copyFields(sizes, from.strides, to.strides, site),
  });
}
