/** Puts the page together as a folder of static files: any server can serve it. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fingerprint, inRoot } from "../scripts/checkout.mjs";

/** What is not code. */
const STATIC = ["index.html", "style.css", "icon.svg"];

/** The networks that the page offers, dense and with half of the multiply-adds. Weights are seeded: they cost what trained ones do. */
const BUILT_IN = ["resnet20_32", "squeezenet1_1"];

const MAKERS = [
  ...["graph", "ops", "models", "passes", "prune", "compile"].map((name) => `src/${name}`),
  "web/site.mjs",
];

/** Writes the site into a folder, in place of what was there. */
export async function buildSite(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of STATIC) copyFileSync(inRoot("web", file), join(folder, file));
  const { moduleGraph } = await import("../dist/tests/runtime/module-graph.js");
  for (const entry of ["web/page.js", "src/runtime/worker.js", "src/runtime/session-worker.js"]) {
    for (const { path } of moduleGraph(inRoot("dist", entry), { dynamic: true })) copy(path, folder);
  }
  cpSync(inRoot("dist/engine"), join(folder, "engine"), {
    recursive: true,
    filter: (path) => !path.endsWith("toolkit.wasm"),
  });
  await writeNetworks(join(folder, "networks"));
}

function copy(path, folder) {
  const to = join(folder, relative(inRoot("dist"), path));
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(path, to);
}

/** Pruning takes seconds: what was made is kept until what makes it changes. */
async function writeNetworks(folder) {
  const kept = inRoot("dist/networks", fingerprint(MAKERS).slice(0, 16));
  if (!existsSync(join(kept, "networks.json"))) await makeNetworks(kept);
  cpSync(kept, folder, { recursive: true });
}

async function makeNetworks(folder) {
  console.error("espalier: pruning the built-in networks ...");
  const { compile, MODELS, parseBudget, prune, runtimeRunner } = await import("../dist/src/index.js");
  mkdirSync(folder, { recursive: true });
  const list = [];
  const write = (name, file, graph) => {
    writeFileSync(join(folder, file), compile(graph, { weights: "f16" }));
    const { length: bytes } = readFileSync(join(folder, file));
    list.push({ name, file, bytes, chosen: name.startsWith(BUILT_IN[0]) });
  };
  for (const model of BUILT_IN) {
    const dense = MODELS[model]();
    const { graph } = await prune(dense, { method: "l1", keep: parseBudget("macs=0.5") }, runtimeRunner());
    write(model, `${model}.esp`, dense);
    write(`${model}, half the MACs`, `${model}-half.esp`, graph);
  }
  writeFileSync(join(folder, "networks.json"), JSON.stringify(list));
}
