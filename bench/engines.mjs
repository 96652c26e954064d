/** The engines that benchmarks run in: getting one, what it is, and running a script in it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "../scripts/checkout.mjs";
import { DENO, installPrograms, NEWER_NODE } from "../tests/platforms/programs.mjs";
import { EspalierError, RequestError } from "../dist/src/errors.js";

const DENO_WORDS = ["run", "--quiet", "--no-remote", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];
const DENO_ENV = { DENO_DIR: inRoot("tests/platforms/node_modules/.deno"), DENO_NO_UPDATE_CHECK: "1" };

/** THE list of engines: where each one's program is, and the words in front of a script. */
const PROGRAMS = {
  node: { program: process.execPath, words: [], env: {} },
  "node-latest": { program: NEWER_NODE, words: [], env: {} },
  deno: { program: DENO, words: DENO_WORDS, env: DENO_ENV },
};

export const ENGINES = Object.keys(PROGRAMS);

/**
 * The engine's version and processor, and which build "auto" is there. Installs it where it is missing. Throws an `EspalierError`
 * where it, or the build, cannot be had.
 */
export async function openEngine({ engine, build }) {
  const { program } = PROGRAMS[engine];
  const reason = installPrograms([program]);
  if (!existsSync(program)) throw new EspalierError(`could not be installed (${reason})`, engine);
  const { version, cpu, relaxed } = await runInEngine(engine, "bench/describe.mjs");
  if (build === "relaxed" && !relaxed) {
    throw new RequestError(`${engine} ${version} has no relaxed SIMD; ask for baseline or another engine`, "--build");
  }
  return { engine, version, cpu, build: build === "auto" ? (relaxed ? "relaxed" : "baseline") : build };
}

/** How a script of the checkout is started in an engine, with the job as JSON. */
export function commandOf(engine, script, job = {}) {
  const { program, words, env } = PROGRAMS[engine];
  return { program, words: [...words, inRoot(script), JSON.stringify(job)], env, folder: dirname(inRoot(script)) };
}

/**
 * Runs a script of the checkout in an engine, with the job as JSON, and hands back the JSON that it printed. Whatever else it
 * prints goes to standard error. The script ends when this process does. Throws an `EspalierError` if it gives no answer.
 */
export async function runInEngine(engine, script, job = {}) {
  const { program, words, env, folder } = commandOf(engine, script, job);
  const child = spawn(program, words, {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  return stoppedWithThis(child, async () => {
    let answer;
    createInterface(child.stdout).on("line", (line) => {
      if (line.startsWith("{")) answer = JSON.parse(line);
      else console.error(line);
    });
    const [code, signal] = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...ends) => resolve(ends));
    });
    if (answer === undefined) throw new EspalierError(`${engine} ended with ${signal ?? code} and no figures`);
    return answer;
  });
}

/** Stops the child when this process exits, or is told to, during the call. */
export async function stoppedWithThis(child, call) {
  const listeners = {
    exit: () => child.kill("SIGKILL"),
    SIGINT: () => process.exit(130),
    SIGTERM: () => process.exit(143),
  };
  for (const [event, listener] of Object.entries(listeners)) process.once(event, listener);
  try {
    return await call();
  } finally {
    for (const [event, listener] of Object.entries(listeners)) process.off(event, listener);
  }
}
