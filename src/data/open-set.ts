/** Sets by name, as they are typed: `kind:path`. */
import { RequestError } from "../errors.js";
import type { Augmentation } from "./augment.js";
import { openCifar10 } from "./cifar10.js";
import { openCifar100 } from "./cifar100.js";
import { openGlyphs } from "./glyphs/glyph-set.js";
import { openImageFolder } from "./image-folder.js";
import { openImageList } from "./image-list.js";
import type { ImageSet, SetOptions } from "./image-set.js";
import { openMnist } from "./mnist.js";
import { openNpySet } from "./npy-set.js";

interface SetKind {
  /** As it is typed, for help and errors. */
  readonly usage: string;
  /** Whether it needs no file; then what follows its name are words, and may be missing. */
  readonly builtIn?: true;
  /** What training does to its pictures unless it is said: what surely leaves their class as it is. */
  readonly augment?: Augmentation;
  open(path: string, options: SetOptions): ImageSet;
}

/** He et al. 2016, section 4.2. */
const CIFAR_AUGMENTATION: Augmentation = { crop: 4, flip: true };

/** THE list of kinds: a new one is its file and a line here. */
export const SET_KINDS: Readonly<Record<string, SetKind>> = {
  cifar10: { usage: "cifar10:FILE.bin or cifar10:FOLDER", augment: CIFAR_AUGMENTATION, open: openCifar10 },
  cifar100: { usage: "cifar100:FILE.bin or cifar100:FOLDER", augment: CIFAR_AUGMENTATION, open: openCifar100 },
  mnist: { usage: "mnist:FOLDER", open: openMnist },
  images: { usage: "images:FOLDER or images:LIST.txt", open: openImages },
  npy: { usage: "npy:IMAGES.npy or npy:IMAGES.npy,LABELS.npy", open: openNpyPair },
  glyphs: { usage: "glyphs[:train|:test][,seed=1][,n=2000]", builtIn: true, open: openGlyphs },
};

/** All kinds as they are typed, for help and errors. */
export const SET_USAGE = Object.values(SET_KINDS)
  .map(({ usage }) => usage)
  .join("; ");

/** What training does to the pictures of such a set unless it is said; `undefined` for nothing. */
export function usualAugmentation(spec: string): Augmentation | undefined {
  const [name = ""] = spec.split(/[:,]/);
  return Object.hasOwn(SET_KINDS, name) ? SET_KINDS[name]!.augment : undefined;
}

/** Opens what `spec` names; `options.split` matters to sets that have both parts. */
export function openSet(spec: string, options: SetOptions = {}): ImageSet {
  const [, name = "", mark, rest = ""] = /^([^:,]*)([:,]?)(.*)$/s.exec(spec) ?? [];
  const kind = Object.hasOwn(SET_KINDS, name) ? SET_KINDS[name] : undefined;
  const complete = kind?.builtIn ? mark === "" || rest !== "" : mark === ":" && rest !== "";
  if (kind && complete) return kind.open(rest, options);
  throw new RequestError(`expected a set of pictures (${SET_USAGE}), came ${JSON.stringify(spec)}`);
}

/** A list of pictures ends in .txt, whatever is there; anything else is a folder. */
function openImages(path: string, options: SetOptions): ImageSet {
  return path.toLowerCase().endsWith(".txt") ? openImageList(path, options) : openImageFolder(path, options);
}

/** The first comma parts the two files. */
function openNpyPair(paths: string): ImageSet {
  const at = paths.indexOf(",");
  return at === -1 ? openNpySet(paths) : openNpySet(paths.slice(0, at), paths.slice(at + 1));
}
