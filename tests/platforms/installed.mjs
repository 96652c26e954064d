/** A temporary folder that looks like a user's: the package installed, networks, inputs, and the outputs of this Node. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";
import { makeSamples } from "./samples.mjs";

/** What the examples import besides: decoders of pictures, and what these import. */
const DECODERS = ["fast-png", "fflate", "iobuffer", "jpeg-js"];

/**
 * Calls `use` with such a folder, the files of the checkout in it too (a folder keeps its name), and the samples; removes the
 * folder whatever happens.
 */
export async function withInstalled(files, use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "espalier-platform-")));
  try {
    install(folder);
    for (const file of files) cpSync(inRoot(file), join(folder, basename(file)), { recursive: true });
    const samples = await makeSamples();
    writeFileSync(join(folder, "samples.json"), JSON.stringify(samples));
    writeFileSync(join(folder, "network.esp"), Buffer.from(samples.classifier.network, "base64"));
    for (const [name, picture] of Object.entries(samples.classifier.pictures))
      writeFileSync(join(folder, name), Buffer.from(picture, "base64"));
    return await use(folder, samples);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(folder) {
  const dependencies = Object.fromEntries(["espalier", ...DECODERS].map((name) => [name, "*"]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true, dependencies }));
  const bring = (from, to) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(inRoot(from), join(folder, to), { recursive: true });
  };
  for (const path of ["package.json", "dist/src", "dist/assembly", "dist/engine"])
    bring(path, join("node_modules/espalier", path));
  for (const name of DECODERS) bring(join("node_modules", name), join("node_modules", name));
}

/** Prints results of `runChecks`; true if all passed. */
export function report(results) {
  for (const { name, fault, measured } of results) {
    const note = measured === undefined ? "" : ` (${measured})`;
    console.log(fault === undefined ? `  ok      ${name}${note}` : `  FAILED  ${name}\n${fault}`);
  }
  return results.length > 0 && results.every(({ fault }) => fault === undefined);
}
