/** The engines that networks are measured on: where they are, and running a script in one of them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { inRoot } from "../../scripts/checkout.mjs";
import { DENO, installPrograms, NEWER_NODE } from "../../tests/platforms/programs.mjs";

const DENO_WORDS = ["run", "--quiet", "--no-remote", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"];
const DENO_ENV = { DENO_DIR: inRoot("tests/platforms/node_modules/.deno"), DENO_NO_UPDATE_CHECK: "1" };

/** By the names of `ENGINES` in options.ts. */
const PROGRAMS = {
  node: { program: process.execPath, words: [], env: {} },
  "node-latest": { program: NEWER_NODE, words: [], env: {} },
  deno: { program: DENO, words: DENO_WORDS, env: DENO_ENV },
};

/** Why an engine cannot be had; undefined if it is there. */
export function provideEngine(name) {
  const { program } = PROGRAMS[name];
  const reason = installPrograms([program]);
  return existsSync(program) ? undefined : reason;
}

/**
 * Runs a script of this folder in an engine and hands back the JSON that it printed. Whatever else it prints goes to standard
 * error. The script ends when this process does.
 */
export async function runInEngine(name, script, job = {}) {
  const { program, words, env } = PROGRAMS[name];
  const child = spawn(program, [...words, inRoot("bench/models", script), JSON.stringify(job)], {
    cwd: inRoot("bench/models"),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  let answer;
  createInterface(child.stdout).on("line", (line) => {
    if (line.startsWith("{")) answer = JSON.parse(line);
    else console.error(line);
  });
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...ends) => resolve(ends));
  });
  process.off("exit", stop);
  if (answer === undefined) throw new Error(`${name} ended with ${signal ?? code} and no figures`);
  return answer;
}
