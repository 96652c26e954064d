/** Bundles programs that import the package, as the programs of its users are. */
import { createRequire } from "node:module";
import { basename } from "node:path";
import { dependenciesInstalled, inRoot } from "../../scripts/checkout.mjs";
import { installPackages } from "../../scripts/install.mjs";

/** Ends the process if the bundler cannot be installed. */
export function installBundler() {
  if (dependenciesInstalled("bench/size")) return;
  console.error("espalier: installing esbuild ...");
  const fault = installPackages("bench/size");
  if (fault === undefined) return;
  console.error(`espalier: ${fault}`);
  process.exit(1);
}

/** The one that runs first of the files that esbuild makes of a program. */
export const ENTRY = "app.js";

/** The files that esbuild makes of a program, minified, by name; of code that is only imported when it is needed files of their own, if it `splits`. */
export async function bundle(code, { splits = false, platform = "browser", conditions = ["browser"] } = {}) {
  const { build } = createRequire(inRoot("bench/size/package.json"))("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: inRoot("."),
    stdin: { contents: code, resolveDir: inRoot("."), sourcefile: ENTRY },
    bundle: true,
    minify: true,
    format: "esm",
    splitting: splits,
    platform,
    conditions,
    outdir: inRoot("dist/bundle"),
    entryNames: basename(ENTRY, ".js"),
    write: false,
    logLevel: "error",
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}
