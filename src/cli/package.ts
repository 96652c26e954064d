import { readFileSync } from "node:fs";

/** What this package says of itself. */
export function readPackage(): { readonly version: string; readonly description: string } {
  return JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
}
