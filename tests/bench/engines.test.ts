import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EspalierError } from "../../src/errors.js";
import { hasRelaxedSimd } from "../../src/runtime/index.js";
import { temporaryFolder } from "../temporary-folder.js";

interface Engines {
  readonly ENGINES: readonly string[];
  openEngine(asked: { readonly engine: string; readonly build: string }): Promise<Readonly<Record<string, string>>>;
  runInEngine(engine: string, script: string, job?: unknown): Promise<unknown>;
}

const ROOT = join(import.meta.dirname, "../../..");
const MODULE = new URL("../../../bench/engines.mjs", import.meta.url).href;
const { ENGINES, openEngine, runInEngine } = (await import(MODULE)) as Engines;

const test = suite("bench/engines");

/** A script's path from the checkout's root. */
function scriptOf(source: string): string {
  const path = join(temporaryFolder(), "script.mjs");
  writeFileSync(path, source);
  return relative(ROOT, path);
}

test("this Node is there, with its version and build", async () => {
  assert.ok(ENGINES.includes("node"));
  const { version, cpu, ...opened } = await openEngine({ engine: "node", build: "auto" });
  assert.is(version, `${process.versions.node} (V8 ${process.versions["v8"]})`);
  assert.type(cpu, "string");
  assert.equal(opened, { engine: "node", build: hasRelaxedSimd() ? "relaxed" : "baseline" });
});

test("a script gets its job and gives its answer, as JSON", async () => {
  const script = scriptOf("console.log(JSON.stringify({ got: JSON.parse(process.argv[2]) }));");
  assert.equal(await runInEngine("node", script, { a: [1, "b c"] }), { got: { a: [1, "b c"] } });
});

test("no answer is a fault", async () => {
  const listeners = process.listenerCount("exit");
  const answer = runInEngine("node", scriptOf("process.exit(7);"));
  const fault = await answer.catch((error: unknown) => error);
  assert.instance(fault, EspalierError);
  assert.match((fault as Error).message, "node ended with 7 and no figures");
  assert.is(process.listenerCount("exit"), listeners);
});

if (process.platform !== "win32") {
  test("a script ends with who started it", async () => {
    const sleeper = scriptOf('process.stderr.write("asleep"); setTimeout(() => {}, 60_000);');
    const source = `import { runInEngine } from ${JSON.stringify(MODULE)}; await runInEngine("node", ${JSON.stringify(sleeper)});`;
    const starter = spawn(process.execPath, ["--input-type=module", "-e", source], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    starter.stderr.once("data", () => starter.kill("SIGTERM"));
    const begin = performance.now();
    // It is closed when nobody holds the other end of its standard error any more.
    const [code] = await new Promise<unknown[]>((resolve) => starter.once("close", (...ends) => resolve(ends)));
    assert.is(code, 143);
    assert.ok(performance.now() - begin < 30_000);
  });
}

test.run();
