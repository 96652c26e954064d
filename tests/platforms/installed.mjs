/** A temporary folder that looks like a user's: the package installed, a small network, an input, and the outputs of this Node. */
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";

/** Calls `use` with such a folder, the files in it too, and the sample; removes the folder whatever happens. */
export async function withInstalled(files, use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "espalier-platform-")));
  try {
    install(folder);
    for (const file of files) cpSync(inRoot(file), join(folder, basename(file)));
    return await use(folder, await writeSample(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function install(folder) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { espalier: "*" } }));
  for (const path of ["package.json", "dist/src", "dist/assembly", "dist/engine"]) {
    cpSync(inRoot(path), join(folder, "node_modules/espalier", path), { recursive: true });
  }
}

/** The baseline build's outputs on this Node are what every platform must reproduce. */
async function writeSample(folder) {
  const { compile, load } = await import("../../dist/src/index.js");
  const { resnet } = await import("../../dist/src/models/index.js");
  const { normal } = await import("../../dist/src/random.js");
  const network = compile(resnet({ depth: 8, width: 8 }));
  const session = await load(network, { build: "baseline" });
  const input = Float32Array.from({ length: 3 * 32 * 32 }, normal(7));
  const expected = session.run({ input })[session.outputs[0].name];
  writeFileSync(join(folder, "network.esp"), network);
  writeFileSync(join(folder, "input.f32"), new Uint8Array(input.buffer));
  writeFileSync(join(folder, "expected.f32"), new Uint8Array(expected.buffer));
  return { network, input, expected };
}

/** Prints results of `runChecks`; true if all passed. */
export function report(results) {
  for (const { name, fault } of results)
    console.log(fault === undefined ? `  ok      ${name}` : `  FAILED  ${name}\n${fault}`);
  return results.length > 0 && results.every(({ fault }) => fault === undefined);
}
