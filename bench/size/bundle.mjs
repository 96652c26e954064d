/** Bundles programs that import the package, as the programs of its users are. */
import { createRequire } from "node:module";
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

/**
 * The files that esbuild makes of a program, minified; of code that is only imported when it is needed files of their own, if it
 * `splits`. `first` are those that the program's first line needs.
 */
export async function bundle(code, { splits = false, platform = "browser", conditions = ["browser"] } = {}) {
  const { build } = createRequire(inRoot("bench/size/package.json"))("esbuild");
  const { outputFiles, metafile } = await build({
    absWorkingDir: inRoot("."),
    stdin: { contents: code, resolveDir: inRoot("."), sourcefile: "app.js" },
    bundle: true,
    minify: true,
    format: "esm",
    splitting: splits,
    platform,
    conditions,
    outdir: inRoot("dist/bundle"),
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const { outputs } = metafile;
  const needed = new Set();
  const need = (path) => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const { kind, path: imported } of outputs[path].imports) if (kind === "import-statement") need(imported);
  };
  need(Object.keys(outputs).find((path) => outputs[path].entryPoint !== undefined));
  const contents = new Map(outputFiles.map((file) => [file.path, file.contents]));
  return { first: [...needed].map((path) => contents.get(inRoot(path))) };
}
