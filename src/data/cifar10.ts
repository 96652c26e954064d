/**
 * CIFAR-10, binary version: records of one label byte and 3,072 pixels, the red, the green and the blue plane of 32 x 32.
 * Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DataError } from "../errors.js";
import { checkIndex, type ImageSet, type SetOptions, type Split } from "./image-set.js";
import { interleave } from "./planar.js";
import { filesIn, isFolder, readDataFile } from "./read-file.js";

const SIDE = 32;
const RECORD_BYTES = 1 + 3 * SIDE * SIDE;
const CLASSES = 10;
const EXPECTED = "a CIFAR-10 binary file, or the folder that holds test_batch.bin and data_batch_1.bin to _5.bin";

/**
 * `path` is a file, which is taken as it is, or a folder, of which `split` takes the training files or the test file.
 * A test batch in pieces is taken whole: all of test_batch*.bin.
 */
export function openCifar10(path: string, { split = "test" }: SetOptions = {}): ImageSet {
  const files = isFolder(path, EXPECTED) ? filesOfSplit(path, split) : [path];
  const records = files.flatMap(recordsOf);
  const set: ImageSet = {
    name: `cifar10:${files.map((file) => basename(file)).join("+")}`,
    count: records.length,
    classes: classNames(join(dirname(files[0]!), "batches.meta.txt")),
    label: (index) => records[checkIndex(set, index)]![0]!,
    picture: (index) => {
      const pixels = interleave(records[checkIndex(set, index)]!.subarray(1), 3);
      return { width: SIDE, height: SIDE, channels: 3, pixels };
    },
  };
  return set;
}

/** In order of preference: the first pattern that any file matches. */
const PATTERNS: Readonly<Record<Split, readonly RegExp[]>> = {
  test: [/^test_batch\.bin$/, /^test_batch.*\.bin$/],
  train: [/^data_batch_\d+\.bin$/],
};

function filesOfSplit(folder: string, split: Split): string[] {
  const names = filesIn(folder, EXPECTED);
  const matches = PATTERNS[split].map((pattern) => names.filter((name) => pattern.test(name)));
  const found = matches.find((some) => some.length > 0);
  if (found !== undefined) return found.map((name) => join(folder, name));
  const wanted = split === "test" ? "test_batch.bin" : "data_batch_1.bin to data_batch_5.bin";
  throw new DataError(`expected ${wanted} here, found none; name the file itself or another folder`, folder);
}

/** Views of the file, not copies. */
function recordsOf(path: string): Uint8Array[] {
  const bytes = readDataFile(path, EXPECTED);
  if (bytes.length === 0 || bytes.length % RECORD_BYTES !== 0) {
    const expected = `expected a multiple of ${RECORD_BYTES} bytes, came ${bytes.length}`;
    throw new DataError(`${expected}; take the binary version of CIFAR-10, unpacked`, path);
  }
  const count = bytes.length / RECORD_BYTES;
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * RECORD_BYTES, (at + 1) * RECORD_BYTES));
}

function classNames(path: string): string[] {
  if (!existsSync(path)) return [];
  const lines = new TextDecoder().decode(readDataFile(path, "the names of the classes")).split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (names.length === CLASSES) return names;
  throw new DataError(`expected ${CLASSES} names of classes, came ${names.length}; mend or remove the file`, path);
}
