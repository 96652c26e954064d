/**
 * Pictures named by a list: a line for each, its path and its class with white space between. A path may hold spaces and is seen
 * from the list's folder.
 *
 * The classes are numbers from 0 on, or else names. A file classes.txt beside the list, a name a line, says how they are called
 * and numbered; without it, names are numbered as they are sorted, and numbers have no names.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../errors.js";
import { openFiles } from "./image-files.js";
import type { ImageSet, SetOptions } from "./image-set.js";
import { readLines } from "./read-file.js";

const EXPECTED = "a list of pictures";
const NAMES_FILE = "classes.txt";

export function openImageList(path: string, options: SetOptions = {}): ImageSet {
  const entries = readEntries(path);
  const given = readNames(join(dirname(path), NAMES_FILE));
  const numbered = entries.every(({ label }) => /^\d+$/.test(label));
  const classes = given ?? (numbered ? [] : [...new Set(entries.map(({ label }) => label))].sort());
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const files = entries.map(({ file, label, line }) => {
    const number = numbered ? Number(label) : numbers.get(label);
    if (number === undefined || (given && number >= given.length)) throw unknownClass(path, line, label);
    return { path: resolve(dirname(path), file), label: number };
  });
  return openFiles({ name: `images:${basename(path)}`, where: path, classes, files }, options);
}

interface Entry {
  readonly file: string;
  readonly label: string;
  readonly line: number;
}

function readEntries(path: string): Entry[] {
  return readLines(path, EXPECTED).flatMap((text, at) => {
    if (text === "") return [];
    const [, file, label] = /^(.*\S)\s+(\S+)$/.exec(text) ?? [];
    if (file !== undefined && label !== undefined) return { file, label, line: at + 1 };
    const came = JSON.stringify(text.slice(0, 80));
    throw new DataError(`expected a path and a class, came ${came}`, `${path}, line ${at + 1}`);
  });
}

function readNames(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const names = readLines(path, "the names of the classes").filter((line) => line !== "");
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new DataError(`the class ${JSON.stringify(twice)} stands there twice`, path);
  return names;
}

function unknownClass(path: string, line: number, label: string): DataError {
  return new DataError(`class ${JSON.stringify(label)} is not in ${NAMES_FILE}; mend either`, `${path}, line ${line}`);
}
