/** Who may import whom, and that every list names what stands beside it. Read from the sources as plain text. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix, relative, sep } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("layering");

const ROOT = join(import.meta.dirname, "../..");

/** What training takes of the runtime: planners of kernels, memory, threads. */
const PLANNING = [
  "arena",
  "crew",
  "engine",
  "geometry",
  "kernels",
  "layers",
  "mask",
  "session",
  "shape",
  "site",
  "target",
  "threads",
  "write-step",
].map((name) => `runtime/${name}`);

/** For each folder of src the folders, or single files, that it may import besides itself. A new folder needs a row. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  gen: [],
  graph: [],
  ops: ["graph", "gen"],
  models: ["graph", "ops"],
  passes: ["graph", "ops"],
  onnx: ["graph", "ops", "gen"],
  linalg: ["gen"],
  data: ["graph/about", "runtime/colours", "runtime/sample-rows"],
  train: ["graph", "ops", "gen", "assembly/abi", "assembly/training/abi", ...PLANNING],
  prune: ["graph", "ops", "passes", "linalg"],
  compile: [
    "graph",
    "ops",
    "gen",
    "passes",
    "runtime/decode",
    "runtime/mask",
    "runtime/resize",
    "runtime/verify-any",
    "runtime/weights",
  ],
  runtime: ["gen", "assembly/abi", "engine"],
  benchmark: ["gen", "runtime"],
  measure: ["graph", "ops", "data", "gen", "passes", "linalg", "prune", "train", "compile", "runtime", "benchmark"],
  report: ["measure", "prune"],
  cli: [
    "benchmark",
    "compile",
    "data",
    "graph",
    "index",
    "linalg",
    "measure",
    "models",
    "onnx",
    "ops",
    "passes",
    "prune",
    "report",
    "runtime",
    "train",
  ],
};

/** Everyone may import these. */
const FOR_ALL = ["errors", "random"];

/** Lists, some in several files; where their entries stand, and the files there that are no entries. */
const LISTS: readonly (readonly [lists: string, folder: string, helpers: readonly string[]])[] = [
  [
    "src/ops/index.ts",
    "src/ops",
    [
      "arg",
      "broadcast",
      "filter-layer",
      "normalised",
      "op",
      "pool",
      "positions",
      "reduction",
      "regroup",
      "unary",
      "walk",
      "window",
    ],
  ],
  [
    "src/runtime/layers/index.ts src/runtime/layers/first.ts src/runtime/layers/late.ts",
    "src/runtime/layers",
    ["layer"],
  ],
  [
    "src/runtime/kernels/index.ts src/runtime/kernels/dense.ts",
    "src/runtime/kernels",
    ["convolution", "perforated", "planes", "shared-taps", "tiles", "winograd-transforms"],
  ],
  ["src/models/index.ts", "src/models", ["builder"]],
  ["src/passes/index.ts", "src/passes", []],
  ["src/onnx/ops/index.ts", "src/onnx/ops", []],
  ["src/onnx/fold/index.ts", "src/onnx/fold", []],
  ["src/prune/methods/index.ts", "src/prune/methods", ["filter-norm", "method", "option", "weight-groups"]],
  ["src/prune/edits/index.ts", "src/prune/edits", ["bitmap", "edit", "numbers"]],
  ["src/cli/main.ts", "src/cli/verbs", []],
  ["assembly/training/kernels/index.ts", "assembly/training/kernels", ["slopes", "winograd_gradient_tiles"]],
  ["src/train/gradients/index.ts", "src/train/gradients", ["conv-filter", "conv-site", "gradient", "pieces"]],
  [
    "assembly/kernels/index.ts",
    "assembly/kernels",
    [
      "finish_tile",
      "finish_winograd_tile",
      "gemm_f32",
      "gemm_f32_4x8",
      "gemm_f32_4x8s",
      "gemm_f32_6x8",
      "gemm_f32_tails",
      "unary_formulas",
      "winograd_2x2_f32",
      "winograd_4x4_f32",
      "winograd_5x5_f32",
      "winograd_even_f32",
      "winograd_f32",
    ],
  ],
];

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const withoutComments = (code: string) => code.replace(/\/\*[^]*?\*\//g, "");
const stem = (path: string) => basename(path).replace(/(\.d)?\.[jt]s$/, "");

/** Paths of all TypeScript files of a folder, with forward slashes, from the root on. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  return files.map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)).split(sep).join("/")).sort();
}

/** What a file imports, exports from, or loads later. */
function importsOf(file: string): string[] {
  const patterns = [/\bfrom\s+"([^"]+)"/g, /\bimport\s*\(\s*"([^"]+)"/g, /^import\s+"([^"]+)"/gm];
  return patterns.flatMap((pattern) => [...read(file).matchAll(pattern)].map((match) => match[1]!));
}

/** `src/ops/add.ts` importing `../graph/graph.js` gives `graph/graph`; outside src `assembly/abi` and the like. */
function target(file: string, specifier: string): string {
  const path = posix.join(dirname(file), specifier).replace(/(\.d)?\.[jt]s$/, "");
  return path.startsWith("src/") ? path.slice("src/".length) : path;
}

const folderOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");

function mayImport(folder: string, to: string): boolean {
  if (folder === "" || folder === folderOf(to) || FOR_ALL.includes(to)) return true;
  return (MAY_IMPORT[folder] ?? []).some((allowed) => to === allowed || to.startsWith(`${allowed}/`));
}

const SOURCES = filesIn("src");

test("no forbidden arrow", () => {
  const forbidden = SOURCES.flatMap((file) => {
    const own = folderOf(target(file, `./${basename(file)}`));
    const targets = importsOf(file).filter((specifier) => specifier.startsWith("."));
    return targets
      .map((specifier) => target(file, specifier))
      .filter((to) => !mayImport(own, to))
      .map((to) => `${file} -> ${to}`);
  });
  assert.equal(forbidden, []);
});

test("every folder of src has a row", () => {
  const folders = new Set(SOURCES.map((file) => folderOf(file.slice("src/".length))).filter((folder) => folder !== ""));
  assert.equal(
    [...folders].filter((folder) => !(folder in MAY_IMPORT)),
    [],
  );
});

test("only the contract and its generated code stand between the two programs", () => {
  const device = SOURCES.filter((file) => file.startsWith("src/runtime/"));
  const outside = device.flatMap((file) => importsOf(file).map((specifier) => target(file, specifier)));
  const used = new Set(outside.filter((to) => !to.startsWith("runtime/")));
  assert.equal([...used].sort(), [
    "assembly/abi",
    "engine/baseline.wasm",
    "engine/relaxed.wasm",
    "errors",
    "gen/engine-baseline",
    "gen/engine-baseline-threads",
    "gen/engine-relaxed",
    "gen/engine-relaxed-threads",
    "gen/network",
  ]);
});

test("the runtime, and the generated code that it imports, need no package and nothing of Node", () => {
  const shipped = SOURCES.filter((file) => /^src\/(runtime\/|gen\/(engine-[a-z-]+|network)\.ts|errors)/.test(file));
  const foreign = shipped.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !specifier.startsWith("."))
      .map((specifier) => `${file} -> ${specifier}`),
  );
  assert.equal(foreign, []);
  const globals = shipped.filter((file) =>
    /\b(process|require|document|eval|fetch|importScripts)\s*[.(]|\bnew Function\b/.test(withoutComments(read(file))),
  );
  // Only pages fetch, and only an engine that nobody handed in.
  assert.equal(globals, ["src/runtime/engines/fetched.ts"]);
});

test("the library of charts is loaded by one file, when a chart is drawn", () => {
  const library = /^import (?!type\b)[^;]*"(@observablehq\/plot|@xmldom\/xmldom)"/m;
  assert.equal(
    SOURCES.filter((file) => library.test(read(file))),
    [],
  );
  const users = SOURCES.filter((file) => /import\("(@observablehq\/plot|@xmldom\/xmldom)"\)/.test(read(file)));
  assert.equal(users, ["src/report/charts/drawing.ts"]);
});

test("assembly knows only itself", () => {
  const foreign = filesIn("assembly").flatMap((file) =>
    importsOf(file)
      .map((specifier) => target(file, specifier))
      .filter((to) => !to.startsWith("assembly/"))
      .map((to) => `${file} -> ${to}`),
  );
  assert.equal(foreign, []);
});

for (const [lists, folder, helpers] of LISTS) {
  const files = lists.split(" ").filter((list) => existsSync(join(ROOT, list)));
  if (files.length === 0) continue;
  test(`${files.join(" and ")} names every file of ${folder}`, () => {
    const namedBy = (list: string) =>
      importsOf(list).map((specifier) => posix.join(dirname(list), specifier).replace(/\.js$/, ""));
    const named = new Set(files.flatMap(namedBy));
    const beside = readdirSync(join(ROOT, folder)).filter(
      (name) => name.endsWith(".ts") && !files.includes(`${folder}/${name}`),
    );
    const entries = beside.map(stem).filter((name) => !helpers.includes(name));
    assert.ok(entries.length > 0);
    assert.equal(
      entries.filter((name) => !named.has(`${folder}/${name}`)),
      [],
    );
    assert.equal(
      helpers.filter((name) => !beside.includes(`${name}.ts`)),
      [],
    );
  });
}

test.run();
