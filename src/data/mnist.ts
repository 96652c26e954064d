/**
 * MNIST and sets in its form (Fashion-MNIST, ..): idx files of pictures and of labels, gzipped or not.
 * The names of the classes are not in the files, and differ from set to set.
 */
import { join } from "node:path";
import { DataError } from "../errors.js";
import { checkIndex, type ImageSet, type SetOptions, type Split } from "./image-set.js";
import { checkPictureSize } from "./picture.js";
import { isFolder, readPackedFile } from "./read-file.js";

const EXPECTED = "a folder with MNIST's four idx files";
const PREFIXES: Readonly<Record<Split, string>> = { test: "t10k", train: "train" };

export function openMnist(folder: string, { split = "test" }: SetOptions = {}): ImageSet {
  if (!isFolder(folder, EXPECTED)) throw new DataError(`expected ${EXPECTED}, came a file; name its folder`, folder);
  const prefix = PREFIXES[split];
  const images = readIdx(join(folder, `${prefix}-images-idx3-ubyte`), 3);
  const labels = readIdx(join(folder, `${prefix}-labels-idx1-ubyte`), 1);
  const [count, height, width] = images.sizes as [number, number, number];
  checkPictureSize(width, height, folder);
  checkCounts(count, labels.sizes[0]!, folder);
  const pixels = width * height;
  const set: ImageSet = {
    name: `mnist:${prefix}`,
    count,
    classes: [],
    label: (index) => labels.data[checkIndex(set, index)]!,
    picture: (index) => {
      const at = checkIndex(set, index) * pixels;
      return { width, height, channels: 1, pixels: images.data.subarray(at, at + pixels) };
    },
  };
  return set;
}

function checkCounts(pictures: number, labels: number, folder: string): void {
  if (pictures === labels && pictures > 0) return;
  const came = `came ${pictures} pictures and ${labels} labels`;
  throw new DataError(`expected as many labels as pictures, ${came}; fetch both files again`, folder);
}

interface Idx {
  readonly sizes: readonly number[];
  readonly data: Uint8Array;
}

/** Big endian: 0, 0, the type (8 is unsigned byte), the rank, one u32 for each size, and the elements. */
function readIdx(path: string, rank: number): Idx {
  const expected = `an idx file of unsigned bytes, rank ${rank}`;
  const bytes = readPackedFile(path, expected);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes || view.getUint32(0) !== 0x0800 + rank) {
    throw new DataError(`expected ${expected}, came something else; fetch MNIST's own files`, path);
  }
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const data = bytes.subarray(headerBytes);
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (elements === data.length) return { sizes, data };
  const shape = sizes.join(" x ");
  throw new DataError(`expected ${elements} bytes for ${shape}, came ${data.length}; fetch it again`, path);
}
