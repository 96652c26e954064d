/** A step as the engine reads it (assembly/abi.ts). */
import { StepOffset } from "../../assembly/abi.js";
import type { Place, StepDraft } from "./site.js";

/** The words of a step in order, by the names of `StepOffset`, whose object would weigh more than this. */
export const STEP_FIELDS =
  "kernel x f b z y scratch table ic ih iw oc oh ow kh kw sh sw dh dw top left bottom right block lo hi value share depth reads writes".split(
    " ",
  );
const FLOAT_FIELDS = ["lo", "hi", "value"];

/** Writes a step at `at`; `address` says where its places are. */
export function writeStep(
  view: DataView,
  at: number,
  { kernel, fields }: StepDraft,
  address: (place: Place) => number,
): void {
  view.setUint32(at + StepOffset.kernel, kernel, true);
  view.setFloat32(at + StepOffset.lo, -Infinity, true);
  view.setFloat32(at + StepOffset.hi, Infinity, true);
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const offset = at + 4 * STEP_FIELDS.indexOf(field);
    if (typeof value !== "number") view.setUint32(offset, address(value), true);
    else if (FLOAT_FIELDS.includes(field)) view.setFloat32(offset, value, true);
    else view.setInt32(offset, value, true);
  }
}
