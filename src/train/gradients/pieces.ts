/** Records that the gradients of several operators have in common. */
import { Kernel } from "../../../assembly/abi.js";
import { TrainingKernel } from "../../../assembly/training/abi.js";
import type { Place } from "../../runtime/site.js";
import type { Records } from "../records.js";
import type { BackwardSite } from "./gradient.js";

/** y = x (+ z), of `count` floats. */
export function addOrCopy(records: Records, x: Place, y: Place, z: Place | undefined, count: number): void {
  if (z) records.step(Kernel.Add, { x, f: z, y, oc: 1, ow: count, kh: 1, kw: 1 });
  else records.step(Kernel.Clip, { x, y, ow: count, lo: -Infinity, hi: Infinity });
}

/** Before records that add into y: what z holds, or zeros. */
export function copyOrZero(records: Records, y: Place, z: Place | undefined, count: number): void {
  if (z === undefined) records.step(Kernel.Fill, { y, ow: count, value: 0 });
  else if (z !== y) addOrCopy(records, z, y, undefined, count);
}

/** The gradient of a bias of `channels` channels with `plane` elements each. */
export function biasGradient(
  { records, dy, images, each }: Pick<BackwardSite<object, unknown>, "records" | "dy" | "images" | "each">,
  bias: { readonly place: Place; readonly mode: 0 | 1 },
  channels: number,
  plane: number,
): void {
  const fields = { g: dy.place, gEach: each(dy.place), images, y: bias.place, mode: bias.mode };
  records.all(TrainingKernel.BiasGradient, { ...fields, oc: channels, count: plane });
}
