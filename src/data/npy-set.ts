/**
 * A set of pictures in one NumPy array: uint8, N x H x W x C, N x C x H x W, or N x H x W for grey; labels, if any, in
 * another one. The channels are the last axis if that is 1 or 3 long, or else the second.
 */
import { basename } from "node:path";
import { DataError } from "../errors.js";
import { checkIndex, type ImageSet } from "./image-set.js";
import { NPY_TYPES, type NpyData } from "./npy-types.js";
import { readNpy } from "./npy.js";
import { checkPictureSize, type Picture } from "./picture.js";
import { interleave } from "./planar.js";
import { readDataFile } from "./read-file.js";

export function openNpySet(imagesPath: string, labelsPath?: string): ImageSet {
  const { count, picture } = readImages(imagesPath);
  const labels = labelsPath === undefined ? undefined : readLabels(labelsPath, count);
  const set: ImageSet = {
    name: `npy:${basename(imagesPath)}`,
    count,
    classes: [],
    picture: (index) => picture(checkIndex(set, index)),
    label: (index) => {
      const at = checkIndex(set, index);
      return labels?.[at];
    },
  };
  return set;
}

interface Images {
  readonly count: number;
  picture(index: number): Picture;
}

function readImages(path: string): Images {
  const { shape, data, dtype } = readNpy(readDataFile(path, "a .npy file of pictures"), path);
  if (dtype !== "u1" || !(data instanceof Uint8Array)) {
    throw new DataError(`expected pictures of uint8, 0 to 255, came ${dtype}; convert them before saving`, path);
  }
  const { count, height, width, channels, planar } = layoutOf(shape, path);
  checkPictureSize(width, height, path);
  const size = height * width * channels;
  return {
    count,
    picture: (index) => {
      const samples = data.subarray(index * size, (index + 1) * size);
      return { width, height, channels, pixels: planar ? interleave(samples, channels) : samples };
    },
  };
}

interface Layout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Channel after channel instead of pixel after pixel. */
  readonly planar: boolean;
}

const isChannels = (size: number | undefined): size is 1 | 3 => size === 1 || size === 3;

function layoutOf(shape: readonly number[], path: string): Layout {
  const [count = 0, a = 0, b = 0, c] = shape;
  if (count > 0 && shape.length === 3) return { count, height: a, width: b, channels: 1, planar: false };
  if (count > 0 && shape.length === 4) {
    if (isChannels(c)) return { count, height: a, width: b, channels: c, planar: false };
    if (isChannels(a)) return { count, height: b, width: c!, channels: a, planar: true };
  }
  const expected = "N x H x W x C, N x C x H x W or N x H x W, C being 1 or 3";
  throw new DataError(`expected ${expected}, came (${shape.join(", ")}); reshape the array before saving`, path);
}

/** One integer a picture; N x 1 is as good as N. */
function readLabels(path: string, count: number): NpyData {
  const { shape, data, dtype } = readNpy(readDataFile(path, "a .npy file of labels"), path);
  if (!NPY_TYPES[dtype]!.integer) {
    throw new DataError(`expected labels of an integer type, came ${dtype}; convert them before saving`, path);
  }
  if (shape[0] !== count || data.length !== count) {
    throw new DataError(`expected ${count} labels, one a picture, came shape (${shape.join(", ")})`, path);
  }
  const wrong = data.findIndex((label) => label < 0);
  if (wrong === -1) return data;
  throw new DataError(`expected labels from 0 up, came ${data[wrong]} for picture ${wrong}`, path);
}
