import * as assert from "uvu/assert";
import type { EspalierError } from "../../src/errors.js";

/** `run` must fail with this kind of error, and its message must match. */
export async function fails(
  run: () => unknown,
  Kind: new (message: string) => EspalierError,
  message: RegExp,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, Kind, String(error));
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected ${Kind.name} ${message}`);
}
