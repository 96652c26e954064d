/** Labels, looked at before anything long begins. Reads no picture. */
import { DataError } from "../errors.js";
import type { ImageSet } from "./image-set.js";

/** Throws a `DataError` for the first label that is missing or not one of so many classes. `needer` is what needs them: "accuracy". */
export function checkLabels(set: ImageSet, classes: number, needer: string): void {
  for (let index = 0; index < set.count; index++) {
    const label = set.label(index);
    if (label === undefined) throw missing(set, index, needer);
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new DataError(`label ${label} of picture ${index}, but the network has ${classes} classes`, set.name);
  }
}

function missing(set: ImageSet, index: number, needer: string): DataError {
  const what = index === 0 ? "has no labels" : `has no label for picture ${index}`;
  return new DataError(`${what}; ${needer} needs them`, set.name);
}

/** How many classes a set has: those that it names, or else as many as its largest label says; 0 without labels. */
export function countClasses(set: ImageSet): number {
  let largest = -1;
  for (let index = 0; index < set.count && set.classes.length === 0; index++) {
    largest = Math.max(largest, set.label(index) ?? -1);
  }
  return set.classes.length || largest + 1;
}
