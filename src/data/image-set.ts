/** What all sets of pictures share. */
import { RequestError } from "../errors.js";
import type { Picture } from "./picture.js";

export interface ImageSet {
  /** As it is named in reports: the kind and the files, without their folder. */
  readonly name: string;
  readonly count: number;
  /** Names of the classes in their order; empty where the set does not say. */
  readonly classes: readonly string[];
  /** Files that belong here and cannot be read as pictures; they are not counted in `count`. */
  readonly skipped?: readonly SkippedFile[];
  picture(index: number): Picture;
  /** The class, or `undefined` where the set has no labels. Reads no picture. */
  label(index: number): number | undefined;
}

export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** Which part of a set that has two. */
export type Split = "test" | "train";

export interface SetOptions {
  /** Only for sets that have both parts; `test` unless said. */
  readonly split?: Split | undefined;
  /** How much of pictures that cost time to make (decoded files, drawn glyphs) stays in memory; 512 MiB unless said. */
  readonly keptBytes?: number | undefined;
  /** Called while many files are opened. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The first `n` pictures, or all if there are fewer. */
export function limit(set: ImageSet, n: number): ImageSet {
  if (!Number.isSafeInteger(n) || n < 1) throw new RequestError(`expected a number of pictures from 1 up, came ${n}`);
  if (n >= set.count) return set;
  const limited: ImageSet = {
    ...(set.skipped ? { skipped: set.skipped } : {}),
    name: `${set.name}, first ${n}`,
    count: n,
    classes: set.classes,
    picture: (index) => set.picture(checkIndex(limited, index)),
    label: (index) => set.label(checkIndex(limited, index)),
  };
  return limited;
}

/** `index`, if the set has it. */
export function checkIndex(set: { readonly name: string; readonly count: number }, index: number): number {
  if (Number.isInteger(index) && index >= 0 && index < set.count) return index;
  throw new RequestError(`expected a picture from 0 to ${set.count - 1}, came ${index}`, set.name);
}
