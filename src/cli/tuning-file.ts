/** Tunings as JSON files. What they say is checked by `load`. */
import { RequestError } from "../errors.js";
import type { Tuning } from "../runtime/index.js";
import { readText, writeFileSafely } from "./files.js";

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
