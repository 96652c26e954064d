/**
 * CIFAR's binary versions: records of some label bytes and 3,072 pixels, the red, the green and the blue plane of 32 x 32.
 * Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DataError } from "../errors.js";
import { checkIndex, type ImageSet, type SetOptions, type Split } from "./image-set.js";
import { interleave } from "./planar.js";
import { filesIn, isFolder, readDataFile, readLines } from "./read-file.js";

const SIDE = 32;
const PIXEL_BYTES = 3 * SIDE * SIDE;

/** What tells the versions apart. */
export interface CifarVersion {
  readonly kind: string;
  /** As in its publication. */
  readonly title: string;
  /** What a path must lead to, for errors. */
  readonly expected: string;
  readonly labelBytes: number;
  /** Which of the label bytes is the class. */
  readonly labelAt: number;
  readonly classes: number;
  /** The file with the names of the classes, one a line. */
  readonly namesFile: string;
  readonly files: Readonly<Record<Split, SplitFiles>>;
}

interface SplitFiles {
  /** In order of preference: the files of the first pattern that any file matches. */
  readonly patterns: readonly RegExp[];
  /** For errors. */
  readonly wanted: string;
}

/** `path` is a file, which is taken as it is, or a folder, of which `split` takes the training files or the test files. */
export function openCifar(version: CifarVersion, path: string, { split = "test" }: SetOptions = {}): ImageSet {
  const files = isFolder(path, version.expected) ? filesOfSplit(version, path, split) : [path];
  const records = files.flatMap((file) => recordsOf(version, file));
  const set: ImageSet = {
    name: `${version.kind}:${files.map((file) => basename(file)).join("+")}`,
    count: records.length,
    classes: classNames(version, dirname(files[0]!)),
    label: (index) => records[checkIndex(set, index)]![version.labelAt]!,
    picture: (index) => {
      const pixels = interleave(records[checkIndex(set, index)]!.subarray(version.labelBytes), 3);
      return { width: SIDE, height: SIDE, channels: 3, pixels };
    },
  };
  return set;
}

function filesOfSplit({ expected, files }: CifarVersion, folder: string, split: Split): string[] {
  const { patterns, wanted } = files[split];
  const names = filesIn(folder, expected);
  const matches = patterns.map((pattern) => names.filter((name) => pattern.test(name)));
  const found = matches.find((some) => some.length > 0);
  if (found !== undefined) return found.map((name) => join(folder, name));
  throw new DataError(`expected ${wanted} here, found none; name the file itself or another folder`, folder);
}

/** Views of the file, not copies. */
function recordsOf({ title, expected, labelBytes }: CifarVersion, path: string): Uint8Array[] {
  const bytes = readDataFile(path, expected);
  const recordBytes = labelBytes + PIXEL_BYTES;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
    const message = `expected a multiple of ${recordBytes} bytes, came ${bytes.length}`;
    throw new DataError(`${message}; take the binary version of ${title}, unpacked`, path);
  }
  const count = bytes.length / recordBytes;
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * recordBytes, (at + 1) * recordBytes));
}

function classNames({ namesFile, classes }: CifarVersion, folder: string): string[] {
  const path = join(folder, namesFile);
  if (!existsSync(path)) return [];
  const names = readLines(path, "the names of the classes").filter((line) => line !== "");
  if (names.length === classes) return names;
  throw new DataError(`expected ${classes} names of classes, came ${names.length}; mend or remove the file`, path);
}
