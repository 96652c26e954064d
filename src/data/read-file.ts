/** Reading data files, so that what is missing is named together with what was expected there. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DataError } from "../errors.js";

/** What a gzipped file may unpack to. */
const MAX_UNPACKED_BYTES = 2 ** 30;
const GZIP_MAGIC = [0x1f, 0x8b];

/** The whole file; `expected` says what it should be, for the error. */
export function readDataFile(path: string, expected: string): Uint8Array {
  const file = attempt(path, expected, () => readFileSync(path));
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

/** The lines of a text, without the white space around them. */
export function readLines(path: string, expected: string): string[] {
  const text = new TextDecoder().decode(readDataFile(path, expected));
  return text.split(/\r?\n/).map((line) => line.trim());
}

/** `path`, or `path.gz` where that is what there is; unpacked if it is packed, whatever its name. */
export function readPackedFile(path: string, expected: string): Uint8Array {
  const found = existsSync(path) || !existsSync(`${path}.gz`) ? path : `${path}.gz`;
  const bytes = readDataFile(found, expected);
  if (!GZIP_MAGIC.every((byte, at) => bytes[at] === byte)) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }));
  } catch (error) {
    const reason = `(${error instanceof Error ? error.message : String(error)})`;
    const message = `expected ${expected}, came a gzip file that cannot be unpacked ${reason}; fetch it again`;
    throw new DataError(message, found, { cause: error });
  }
}

export function isFolder(path: string, expected: string): boolean {
  return attempt(path, expected, () => statSync(path)).isDirectory();
}

/** Names in a folder, sorted as JavaScript sorts text, which is by UTF-16 units. */
export function filesIn(path: string, expected: string): string[] {
  return attempt(path, expected, () => readdirSync(path)).sort();
}

/** What is in a folder, sorted in the same way. */
export function entriesIn(path: string, expected: string): Dirent[] {
  const entries = attempt(path, expected, () => readdirSync(path, { withFileTypes: true }));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "found nothing",
  EISDIR: "found a folder",
  ENOTDIR: "found a file",
  EACCES: "may not read what is there",
};

function attempt<Result>(path: string, expected: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const found = REASONS[code] ?? `could not read it (${error instanceof Error ? error.message : code})`;
    throw new DataError(`expected ${expected}, ${found}; check the path`, path, { cause: error });
  }
}
