/** CIFAR-100: two label bytes a record, the coarse one of 20 and the fine one of 100. The fine ones are the classes. */
import { type CifarVersion, openCifar } from "./cifar.js";
import type { ImageSet, SetOptions } from "./image-set.js";

const CIFAR100: CifarVersion = {
  kind: "cifar100",
  title: "CIFAR-100",
  expected: "a CIFAR-100 binary file, or the folder that holds test.bin and train.bin",
  labelBytes: 2,
  labelAt: 1,
  classes: 100,
  namesFile: "fine_label_names.txt",
  files: {
    test: { patterns: [/^test\.bin$/], wanted: "test.bin" },
    train: { patterns: [/^train\.bin$/], wanted: "train.bin" },
  },
};

export const openCifar100 = (path: string, options: SetOptions = {}): ImageSet => openCifar(CIFAR100, path, options);
