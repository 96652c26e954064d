/** What a page downloads before a network's first answer: found out by running it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "../../scripts/checkout.mjs";
import { ENTRY } from "./bundle.mjs";

/**
 * The names of those of a program's files that are imported before its function `answer` has one for this network and picture, and
 * of the engine that it fetches. Each call has fresh copies of the files, which say when they are run.
 */
export async function filesBeforeAnswer(files, network, picture) {
  const folder = mkdtempSync(join(tmpdir(), "espalier-size-"));
  const imported = [];
  const { fetch } = globalThis;
  globalThis.imported = (name) => imported.push(name);
  globalThis.fetch = async (url) => {
    imported.push(basename(`${url}`));
    const bytes = readFileSync(inRoot("dist/engine", basename(`${url}`)));
    return new Response(bytes, { headers: { "content-type": "application/wasm" } });
  };
  try {
    for (const [name, contents] of files) {
      const code = new TextDecoder().decode(contents);
      writeFileSync(join(folder, name), `globalThis.imported(${JSON.stringify(name)});${code}`);
    }
    const { answer } = await import(pathToFileURL(join(folder, ENTRY)).href);
    const found = await answer(network, picture);
    if (!Array.isArray(found)) throw new Error("the program found neither classes nor boxes");
  } finally {
    Object.assign(globalThis, { fetch, imported: undefined });
    rmSync(folder, { recursive: true });
  }
  return imported;
}
