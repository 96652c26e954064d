/** What lets the runtime go anywhere: browsers, Deno and Workers each refuse something. */
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { moduleGraph } from "./module-graph.js";

const entry = fileURLToPath(new URL("../../src/runtime/index.js", import.meta.url));
const modules = moduleGraph(entry, { dynamic: true });
const test = suite("runtime, portable");

test("the runtime is all of its own modules", () => {
  assert.ok(modules.some(({ path }) => path.endsWith("engine-relaxed.js")));
  assert.ok(modules.length > 30, `only ${modules.length} modules were found`);
});

test("it imports nothing but its own modules: no node:, no packages", () => {
  assert.equal(
    modules.flatMap(({ path, foreign }) => foreign.map((name) => `${path}: ${name}`)),
    [],
  );
});

test("engines come only when they are needed", () => {
  const eager = moduleGraph(entry, { dynamic: false });
  assert.equal(
    eager.filter(({ path }) => /engine-\w+\.js$/.test(path)),
    [],
  );
});

test("no module makes code of text, or reads what only Node has", () => {
  const forbidden = /\beval\s*\(|\bFunction\s*\(|\bprocess\.|\bBuffer\b|\brequire\s*\(|\b__dirname\b/;
  assert.equal(
    modules.filter(({ code }) => forbidden.test(code)).map(({ path }) => path),
    [],
  );
});

test("no module waits at its top level, or asks where it lies", () => {
  for (const { path, code } of modules) {
    const script = code
      .replace(/^import\b[^;"']*(?:from\s*)?["'][^"']+["'];/gm, "")
      .replace(/^export\s*(?:\*|\{[^}]*\})(?:\s*from\s*["'][^"']+["'])?;/gm, "")
      .replace(/^export\s+/gm, "");
    // A script, unlike a module, has neither top-level await nor import.meta.
    assert.not.throws(() => new Script(script), undefined, path);
  }
});

test.run();
