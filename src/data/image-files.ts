/** A set of picture files, each with its class; where the files and the classes come from, others know. */
import { DataError } from "../errors.js";
import { decodeImage } from "./image-file.js";
import { checkIndex, type ImageSet, type SetOptions, type SkippedFile } from "./image-set.js";
import { keepPictures } from "./kept-pictures.js";
import { readDataFile } from "./read-file.js";

export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

export interface FileSet {
  readonly name: string;
  /** Where the files were looked for, for errors. */
  readonly where: string;
  readonly classes: readonly string[];
  readonly files: readonly LabelledFile[];
}

/** Endings of names, in small letters: what is read, and what is known to be a picture all the same. */
const READ = [".png", ".jpg", ".jpeg"];
const KNOWN = [".gif", ".bmp", ".webp", ".avif", ".heic", ".tif", ".tiff"];

/** Whether a file's name says that it is a picture; those in other formats count, so that they are not lost in silence. */
export function isPictureName(name: string): boolean {
  const ending = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? "";
  return READ.includes(ending) || KNOWN.includes(ending);
}

/**
 * Decodes every file once, so that it is known from the beginning which can be read; the others are in `skipped`.
 * Decoded pictures stay in memory up to `keptBytes`; the rest are decoded again whenever they are asked for.
 */
export function openFiles({ name, where, classes, files }: FileSet, options: SetOptions): ImageSet {
  const picture = keepPictures((at) => readPicture(files[at]!.path), options.keptBytes);
  const readable: number[] = [];
  const skipped: SkippedFile[] = [];
  files.forEach(({ path }, at) => {
    const reason = reasonAgainst(() => picture(at), path);
    if (reason === undefined) readable.push(at);
    else skipped.push({ path, reason });
    options.onProgress?.(at + 1, files.length);
  });
  if (readable.length === 0) throw nothingReadable(where, skipped);
  const set: ImageSet = {
    name,
    count: readable.length,
    classes,
    skipped,
    label: (index) => files[readable[checkIndex(set, index)]!]!.label,
    picture: (index) => picture(readable[checkIndex(set, index)]!),
  };
  return set;
}

const readPicture = (path: string) => decodeImage(readDataFile(path, "a picture"), path);

/** Why a file cannot be read, without its path; `undefined` if it can. */
function reasonAgainst(read: () => void, path: string): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return error.message.replace(`${path}: `, "");
    throw error;
  }
}

function nothingReadable(where: string, skipped: readonly SkippedFile[]): DataError {
  const first = skipped[0];
  const came = first
    ? `none of ${skipped.length} can be read; the first, ${first.path}: ${first.reason}`
    : `found none; take ${READ.join(", ")} files, one folder for each class`;
  return new DataError(`expected pictures, ${came}`, where);
}
