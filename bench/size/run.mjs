/**
 * `npm run bench:size [-- --json]`: what a page downloads. JavaScript of programs that import `espalier/runtime`, minified by
 * esbuild, and the engines, each behind `gzip -9`. Fails where a classifier and one engine with every kernel take more than 40 KB (40,960 bytes).
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { bundle, installBundler } from "./bundle.mjs";

const MOST_BYTES = 40 * 1024;

const APPS = [
  { name: "load and run", imports: "load" },
  { name: "pictures to classes", imports: "load, pixels, classes" },
  { name: "and to boxes, in a worker", imports: "load, loadRemote, pixels, classes, boxes" },
];
/** The one that `runtimeGz` is about. */
const CLASSIFIER = APPS[1];
const ENGINES = ["baseline", "relaxed", "baseline-threads", "relaxed-threads"];

await setup();
const { runCommand } = await import("../../dist/bench/command.js");
const { flag } = await import("../../dist/bench/options.js");
const { formatSizes } = await import("../../dist/bench/size/table.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const options = {
  json: flag("--json", "figures as JSON"),
  write: flag("--write", "puts the table into README.md"),
};

await runCommand("bench:size", options, async ({ json, write }) => {
  installBundler();
  const report = await measure();
  const table = formatSizes(report);
  console.log(json ? JSON.stringify(report) : table);
  if (write) writeSection(inRoot("README.md"), "size", "gzip", table);
  const total = report.runtimeGz + Math.max(...report.engines.slice(0, 2).map(({ gz }) => gz));
  if (total <= MOST_BYTES) return;
  console.error(`${total} bytes for one engine and its JavaScript; at most ${MOST_BYTES} are wanted`);
  process.exitCode = 1;
});

async function measure() {
  const apps = [];
  for (const { name, imports } of APPS) {
    const code = `import { ${imports} } from "espalier/runtime"; globalThis.app = [${imports}];`;
    const [first, whole] = [await bundle(code, { splits: true }), await bundle(code)];
    apps.push({ name, firstGz: gzOf(first), wholeGz: gzOf(whole) });
  }
  const engines = ENGINES.map((name) => {
    const bytes = readFileSync(inRoot(`dist/engine/${name}.wasm`));
    return { name, wasmBytes: bytes.length, gz: gzipSync(bytes, { level: 9 }).length };
  });
  return { runtimeGz: apps[APPS.indexOf(CLASSIFIER)].firstGz, engines, apps };
}

function gzOf({ first }) {
  return first.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
}
