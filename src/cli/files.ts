/**
 * Files that the user names, read and written. They are written beside their place first and then renamed, so that a failure
 * leaves nothing half-written.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { type EspalierError, FileError } from "../errors.js";

type Fault = new (message: string, where: string, options?: ErrorOptions) => EspalierError;

/** What `readFileSync` throws, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be read by this user",
};

/** The whole file. Throws a `FileError`, or another `fault`, that begins with the path where it cannot be read. */
export function readBytes(path: string, fault: Fault = FileError): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new fault(REASONS[code] ?? `cannot be read: ${message}`, path, { cause: error });
  }
}

/** A file of UTF-8. Throws as `readBytes` does. */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** Throws a `FileError` where a file cannot be written there; called before long work, so that it is not lost. */
export function checkWritable(path: string): void {
  const folder = dirname(path);
  if (existsSync(path) && statSync(path).isDirectory()) throw new FileError("is a folder, not a file", path);
  try {
    accessSync(folder, constants.W_OK);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
  } catch (error) {
    const reason = existsSync(folder) ? (error as Error).message : `the folder ${folder} does not exist`;
    throw new FileError(`cannot be written: ${reason}`, path);
  }
}

export function writeFileSafely(path: string, contents: Uint8Array | string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    // A device or a pipe cannot be replaced, only written to.
    if (existsSync(target) && !statSync(target).isFile()) return writeFileSync(target, contents);
    writeFileSync(temporary, contents);
    renameSync(temporary, target);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary, { force: true });
    throw new FileError(`cannot be written: ${(error as Error).message}`, path);
  }
}

/** Makes a folder unless it is there. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new FileError(`cannot be made: ${(error as Error).message}`, path);
  }
}
