import { RequestError } from "../../errors.js";

/** What a budget leads to; undefined where it cannot be reached. */
export function ifReachable<Choice>(choose: () => Choice): Choice | undefined {
  try {
    return choose();
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
