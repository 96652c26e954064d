/**
 * Pictures in folders, one for each class: DIR/cat/1.jpg. A class is named as its folder, and classes are numbered as their names
 * are sorted. Files may lie deeper in a class's folder. Names that begin with a dot are left out. The classes take turns.
 *
 * Where DIR holds `train` and `test` (or `val`) with such folders inside, `split` chooses, and `train` says which classes there are.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError } from "../errors.js";
import { isPictureName, type LabelledFile, openFiles } from "./image-files.js";
import type { ImageSet, SetOptions, Split } from "./image-set.js";
import { entriesIn, filesIn, isFolder } from "./read-file.js";

const EXPECTED = "a folder with one folder of pictures for each class";

/** Names of a split's folder; the first that is there is taken. */
const FOLDERS: Readonly<Record<Split, readonly string[]>> = { train: ["train"], test: ["test", "val"] };

export function openImageFolder(path: string, options: SetOptions = {}): ImageSet {
  if (!isFolder(path, EXPECTED)) throw new DataError(`expected ${EXPECTED}, came a file; name its folder`, path);
  const { folder, classes, name } = partOf(path, options.split ?? "test");
  const files = inTurns(classes.map((className, label) => filesOf(join(folder, className), label)));
  return openFiles({ name: `images:${name}`, where: folder, classes, files }, options);
}

/** One of each class, then the next of each, and so on: so the first pictures of a set are of all classes. */
function inTurns(classes: readonly (readonly LabelledFile[])[]): LabelledFile[] {
  const longest = classes.reduce((most, files) => Math.max(most, files.length), 0);
  return Array.from({ length: longest }, (_, turn) => classes.flatMap((files) => files[turn] ?? [])).flat();
}

interface Part {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly name: string;
}

function partOf(path: string, split: Split): Part {
  const parts = Object.values(FOLDERS)
    .flat()
    .filter((name) => isPart(join(path, name)));
  if (parts.length === 0) return { folder: path, classes: foldersIn(path), name: basename(path) };
  const chosen = FOLDERS[split].find((name) => parts.includes(name));
  if (chosen === undefined) {
    const wanted = FOLDERS[split].join(" or ");
    throw new DataError(`expected a folder ${wanted} here, found ${parts.join(", ")}; name that folder itself`, path);
  }
  const folder = join(path, chosen);
  const classes = foldersIn(parts.includes("train") ? join(path, "train") : folder);
  checkClasses(folder, classes);
  return { folder, classes, name: `${basename(path)}/${chosen}` };
}

/** A folder of folders: a class could be called "train" as well, but it holds pictures. */
const isPart = (path: string): boolean => isFolderAt(path) && foldersIn(path).length > 0;

function checkClasses(folder: string, classes: readonly string[]): void {
  const strange = foldersIn(folder).find((name) => !classes.includes(name));
  if (strange === undefined) return;
  const message = `expected only classes that the train folder has too, came ${JSON.stringify(strange)}`;
  throw new DataError(`${message}; without it the classes' numbers would differ`, folder);
}

function foldersIn(path: string): string[] {
  return filesIn(path, EXPECTED).filter((name) => !name.startsWith(".") && isFolderAt(join(path, name)));
}

/** Links are followed; one that leads nowhere is no folder. */
const isFolderAt = (path: string): boolean => existsSync(path) && isFolder(path, EXPECTED);

/** In the order of their paths; none for a class that only the other part has. Links to folders are not followed here. */
function filesOf(folder: string, label: number): LabelledFile[] {
  if (!existsSync(folder)) return [];
  return entriesIn(folder, EXPECTED).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return filesOf(path, label);
    return isPictureName(entry.name) ? [{ path, label }] : [];
  });
}
