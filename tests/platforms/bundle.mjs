/** Bundles an example as its users' tools do. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { installed } from "./programs.mjs";

/** For Workers, the way wrangler does: engines and networks stay modules. Returns the bytes of all files. */
export async function bundleWorker(folder, entry, outdir) {
  const { build } = await import(installed("esbuild/lib/main.js"));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: { "0-worker": entry },
    outdir,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy", ".esp": "copy" },
    assetNames: "[name]",
    metafile: true,
    logLevel: "error",
  });
  const files = Object.keys(metafile.outputs);
  return files.reduce((bytes, file) => bytes + statSync(join(folder, file)).size, 0);
}
