/** What lets the runtime go anywhere: browsers, Deno and Workers each refuse something. */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { moduleGraph } from "./module-graph.js";

const entry = fileURLToPath(new URL("../../src/runtime/index.js", import.meta.url));
const modules = moduleGraph(entry, { dynamic: true });
/** What other threads run; nobody imports it. */
const worker = moduleGraph(join(dirname(entry), "worker.js"), { dynamic: true });
const all = [...modules, ...worker];
const test = suite("runtime, portable");

test("the runtime is all of its own modules", () => {
  assert.ok(modules.some(({ path }) => path.endsWith("engine-relaxed.js")));
  assert.ok(modules.length > 30, `only ${modules.length} modules were found`);
});

test("it imports nothing but its own modules: no node:, no packages; the worker imports nothing at all", () => {
  assert.equal(worker.length, 1);
  assert.equal(
    all.flatMap(({ path, foreign }) => foreign.map((name) => `${path}: ${name}`)),
    [],
  );
});

test("engines, and what looks for the worker, come only when they are needed", () => {
  const eager = moduleGraph(entry, { dynamic: false });
  assert.equal(
    eager.filter(({ path }) => /(engine-[\w-]+|worker|worker-url)\.js$/.test(path)),
    [],
  );
});

// What only Node has is asked for first: `process?.`.
test("no module makes code of text, or counts on what only Node has", () => {
  const forbidden = /\beval\s*\(|\bFunction\s*\(|\bprocess\.|\bBuffer\b|\brequire\s*\(|\b__dirname\b/;
  assert.equal(
    all.filter(({ code }) => forbidden.test(code)).map(({ path }) => path),
    [],
  );
});

test("no module waits at its top level; none asks where it lies, but the one that finds the worker", () => {
  for (const { path, code } of all) {
    const script = code
      .replace(/^import\b[^;"']*(?:from\s*)?["'][^"']+["'];/gm, "")
      .replace(/^export\s*(?:\*|\{[^}]*\})(?:\s*from\s*["'][^"']+["'])?;/gm, "")
      .replace(/^export\s+/gm, "")
      .replace(basename(path) === "worker-url.js" ? "import.meta.url" : /$^/, '""');
    // A script, unlike a module, has neither top-level await nor import.meta.
    assert.not.throws(() => new Script(script), undefined, path);
  }
});

test.run();
