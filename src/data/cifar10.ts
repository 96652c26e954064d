/** CIFAR-10: one label byte a record. A test batch in pieces is taken whole: all of test_batch*.bin. */
import { type CifarVersion, openCifar } from "./cifar.js";
import type { ImageSet, SetOptions } from "./image-set.js";

const CIFAR10: CifarVersion = {
  kind: "cifar10",
  title: "CIFAR-10",
  expected: "a CIFAR-10 binary file, or the folder that holds test_batch.bin and data_batch_1.bin to _5.bin",
  labelBytes: 1,
  labelAt: 0,
  classes: 10,
  namesFile: "batches.meta.txt",
  files: {
    test: { patterns: [/^test_batch\.bin$/, /^test_batch.*\.bin$/], wanted: "test_batch.bin" },
    train: { patterns: [/^data_batch_\d+\.bin$/], wanted: "data_batch_1.bin to data_batch_5.bin" },
  },
};

export const openCifar10 = (path: string, options: SetOptions = {}): ImageSet => openCifar(CIFAR10, path, options);
