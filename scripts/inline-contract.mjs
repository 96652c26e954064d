/**
 * The runtime's modules name the numbers of assembly/abi.ts; what ships has the numbers themselves, as a compiler that saw all
 * files at once would write them, and the tables of names stay at home.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "./checkout.mjs";

const IMPORT = /^import \{[^}]*\} from "[./]+\/assembly\/abi\.js";$/m;

export async function inlineContract() {
  const enums = await import(pathToFileURL(inRoot("dist/assembly/abi.js")).href);
  const member = new RegExp(`\\b(${Object.keys(enums).join("|")})\\.(\\w+)\\b`, "g");
  const folder = inRoot("dist/src/runtime");
  for (const file of readdirSync(folder, { recursive: true })) {
    const path = join(folder, file);
    if (!path.endsWith(".js")) continue;
    const code = readFileSync(path, "utf8");
    if (!IMPORT.test(code)) continue;
    const numbers = code.replace(member, (whole, name, key) => {
      const value = enums[name][key];
      if (typeof value !== "number") throw new Error(`${file}: ${whole} is not a number of the contract`);
      return String(value);
    });
    writeFileSync(path, numbers.replace(IMPORT, ""));
  }
}
