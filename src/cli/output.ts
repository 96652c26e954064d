/** Files are written beside their place first and then renamed, so that a failure leaves nothing half-written. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { FileError } from "../errors.js";

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
    rmSync(temporary, { force: true });
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
