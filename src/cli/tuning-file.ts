/** Tunings as JSON files. What they say is checked by `load`. */
import { existsSync, readFileSync } from "node:fs";
import { FileError, RequestError } from "../errors.js";
import type { Tuning } from "../runtime/index.js";
import { writeFileSafely } from "./output.js";

export function readTuningFile(path: string): Tuning {
  const text = readText(path);
  try {
    return JSON.parse(text) as Tuning;
  } catch {
    throw new RequestError("is no JSON; expected what --save-tuning writes", path);
  }
}

export function writeTuningFile(path: string, tuning: Tuning): void {
  writeFileSafely(path, `${JSON.stringify(tuning, null, 2)}\n`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new FileError(existsSync(path) ? (error as Error).message : "there is no such file", path);
  }
}
