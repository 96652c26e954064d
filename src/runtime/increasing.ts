import { ModelError } from "../errors.js";

/** Throws a `ModelError` unless the list has something in it, and is strictly increasing below `size`. */
export function checkIncreasing(list: readonly number[], what: string, size: number): void {
  const wrong = list.find((number, i) => number >= size || (i > 0 && number <= list[i - 1]!));
  if (wrong !== undefined || list.length === 0) {
    throw new ModelError(`${what}: ${wrong ?? "nothing"} stands where numbers below ${size} must strictly increase`);
  }
}
