/** Sets by name, as they are typed: `kind:path`. */
import { RequestError } from "../errors.js";
import { openCifar10 } from "./cifar10.js";
import type { ImageSet, SetOptions } from "./image-set.js";
import { openMnist } from "./mnist.js";
import { openNpySet } from "./npy-set.js";

interface SetKind {
  /** As it is typed, for help and errors. */
  readonly usage: string;
  open(path: string, options: SetOptions): ImageSet;
}

/** THE list of kinds: a new one is its file and a line here. */
export const SET_KINDS: Readonly<Record<string, SetKind>> = {
  cifar10: { usage: "cifar10:FILE.bin or cifar10:FOLDER", open: openCifar10 },
  mnist: { usage: "mnist:FOLDER", open: openMnist },
  npy: { usage: "npy:IMAGES.npy or npy:IMAGES.npy,LABELS.npy", open: openNpyPair },
};

/** Opens what `spec` names; `options.split` matters to folders that hold both parts. */
export function openSet(spec: string, options: SetOptions = {}): ImageSet {
  const [kind = "", path = ""] = halves(spec, ":");
  if (path !== "" && Object.hasOwn(SET_KINDS, kind)) return SET_KINDS[kind]!.open(path, options);
  const usages = Object.values(SET_KINDS).map(({ usage }) => usage);
  throw new RequestError(`expected a set of pictures (${usages.join("; ")}), came ${JSON.stringify(spec)}`);
}

/** The first comma parts the two files. */
function openNpyPair(paths: string): ImageSet {
  const [images = "", labels] = halves(paths, ",");
  return openNpySet(images, labels);
}

function halves(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
