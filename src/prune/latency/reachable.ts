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

/** The same where it takes a while. */
export async function ifReached<Choice>(choose: () => Choice | Promise<Choice>): Promise<Choice | undefined> {
  try {
    return await choose();
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
