/** What lets the runtime go anywhere: browsers, Deno and Workers each refuse something. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { moduleGraph } from "./module-graph.js";

const folder = fileURLToPath(new URL("../../src/runtime", import.meta.url));
const graphOf = (file: string, dynamic: boolean) => moduleGraph(join(folder, file), { dynamic });
/** What `espalier/runtime` is: everywhere, in pages, in Workers. */
const ENTRIES = ["index.js", "browser.js", "workerd.js"];
const modules = graphOf("index.js", true);
/** What other threads run, and what hosts a session; nobody imports them. */
const [worker, host] = [graphOf("worker.js", true), graphOf("session-worker.js", true)];
const all = [...ENTRIES.flatMap((entry) => graphOf(entry, true)), ...worker, ...host];
const test = suite("runtime, portable");

test("the runtime is all of its own modules", () => {
  assert.ok(modules.some(({ path }) => path.endsWith("engine-relaxed.js")));
  assert.ok(modules.length > 30, `only ${modules.length} modules were found`);
});

test("it imports nothing but its own modules: no node:, no packages; the worker of a thread imports nothing at all", () => {
  assert.is(worker.length, 1);
  assert.equal(
    all.flatMap(({ path, foreign }) => foreign.map((name) => `${path}: ${name}`)),
    [],
  );
});

/** What is loaded when it is asked for, and not before. */
const LATE = new RegExp(
  String.raw`[\\/](${[
    String.raw`engine-[\w-]+|worker|worker-url|page-worker|session-worker|crew|threads`,
    "tune|read-tuning|resize|sha256-portable|late|transposed-convolution|resample",
    "sparse-convolution|conv-sparse|conv-taps|conv-patterns|perforated|positions|shared-taps",
  ].join("|")})\.js$`,
);

for (const entry of ENTRIES) {
  test(`engines, threads, tuning, sparse kernels, rare layers and what looks for workers come only when they are needed: ${entry}`, () => {
    const eager = graphOf(entry, false).map(({ path }) => path);
    assert.equal(
      eager.filter((path) => LATE.test(path)),
      [],
    );
    const later = graphOf(entry, true).filter(({ path }) => LATE.test(path));
    assert.ok(later.length > 10, `only ${later.length} come later`);
  });
}

// What only Node has is asked for first: `process?.`.
test("no module makes code of text, or counts on what only Node has", () => {
  const forbidden = /\beval\s*\(|\bFunction\s*\(|\bprocess\.|\bBuffer\b|\brequire\s*\(|\b__dirname\b/;
  assert.equal(
    all.filter(({ code }) => forbidden.test(code)).map(({ path }) => path),
    [],
  );
});

/** These find files beside themselves. */
const ASKS_WHERE_IT_LIES = ["worker-url.js", "page-worker.js", "fetched.js"];

test("no module waits at its top level; none asks where it lies, but those that find a file", () => {
  for (const { path, code } of all) {
    const script = code
      .replace(/^import\b[^;"']*(?:from\s*)?["'][^"']+["'];/gm, "")
      .replace(/^export\s*(?:\*|\{[^}]*\})(?:\s*from\s*["'][^"']+["'])?;/gm, "")
      .replace(/^export\s+/gm, "")
      .replaceAll(ASKS_WHERE_IT_LIES.includes(basename(path)) ? "import.meta.url" : /$^/g, '""');
    // A script, unlike a module, has neither top-level await nor import.meta.
    assert.not.throws(() => new Script(script), undefined, path);
  }
});

test.run();
