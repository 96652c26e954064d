/** Counts what pages download. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { compile, GraphBuilder, MODELS, parseBudget, prune, runtimeRunner } from "../../dist/src/index.js";
import { detector } from "../../dist/tests/runtime/detectors.js";
import { inRoot } from "../../scripts/checkout.mjs";
import { bundle } from "./bundle.mjs";
import { filesBeforeAnswer } from "./download.mjs";
import { PAGES } from "./pages.mjs";

const ENGINES = ["baseline", "relaxed", "baseline-threads", "relaxed-threads"];

/** A `SizeReport` (table.ts). */
export async function measureSizes() {
  const engines = ENGINES.map((name) => {
    const bytes = readFileSync(inRoot(`dist/engine/${name}.wasm`));
    return { name, wasmBytes: bytes.length, gz: gzOf(bytes) };
  });
  const engineGz = Math.max(...engines.slice(0, 2).map(({ gz }) => gz));
  const pages = [];
  for (const page of PAGES) pages.push(await measurePage(page, engineGz));
  return { pages, engines };
}

/** The most that any of the page's networks asks for. */
async function measurePage({ name, code, networks, promised = false }, engineGz) {
  const [files, whole] = [await bundle(code, { splits: true }), await bundle(code)];
  const downloads = [];
  for (const graph of await networks({ detector, GraphBuilder, MODELS, pruned })) {
    const names = await filesBeforeAnswer(files, compile(withPictures(graph)), PICTURE);
    const scripts = names.filter((file) => files.has(file));
    const gz = scripts.reduce((sum, file) => sum + gzOf(files.get(file)), 0);
    downloads.push({ gz, files: scripts.length });
  }
  const most = downloads.reduce((a, b) => (b.gz > a.gz ? b : a));
  const wholeGz = [...whole.values()].reduce((sum, bytes) => sum + gzOf(bytes), 0);
  return { name, scriptGz: most.gz, files: most.files, withEngineGz: most.gz + engineGz, wholeGz, promised };
}

const gzOf = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** A ResNet-20 that a method has pruned. */
async function pruned(method, keep) {
  return (await prune(MODELS.resnet20_32(), { method, keep: parseBudget(keep) }, runtimeRunner())).graph;
}

const PICTURE = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 4).fill(200) };

/** A network that takes pictures; models say nothing of them. */
function withPictures(graph) {
  const [{ name, shape }] = graph.inputs;
  const [, colours, height, width] = shape;
  const colour = colours === 1 ? "grey" : "rgb";
  const preprocessing = { [name]: { width, height, layout: "nchw", colour, mean: [], std: [] } };
  return { ...graph, about: { ...graph.about, preprocessing } };
}
