/** Lists of numbers that a file says, checked. */
import { ModelError } from "../errors.js";
import { LIMITS } from "./limits.js";

/** Throws a `ModelError` unless the list has this length and every number lies between `least` and the limit. */
export function checkList(list: readonly number[], what: string, length: number, least: number): void {
  if (list.length !== length || list.some((size) => size < least || size > LIMITS.size)) {
    throw new ModelError(`${what} are [${list.slice(0, 8).join(", ")}], expected ${length} numbers from ${least} on`);
  }
}

/** Throws a `ModelError` unless the list has something in it, and is strictly increasing below `size`. */
export function checkIncreasing(list: readonly number[], what: string, size: number): void {
  const wrong = list.find((number, i) => number >= size || (i > 0 && number <= list[i - 1]!));
  if (wrong !== undefined || list.length === 0) {
    throw new ModelError(`${what}: ${wrong ?? "nothing"} stands where numbers below ${size} must strictly increase`);
  }
}
