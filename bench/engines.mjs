/** Programs that benchmarks run in: the user's own Node, and those that tests/platforms installs. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { inRoot } from "../scripts/checkout.mjs";
import { RequestError } from "../dist/src/errors.js";

const WINDOWS = process.platform === "win32";
const installed = (...path) => inRoot("tests/platforms/node_modules", ...path);

/** THE list of engines: where each one's program is, and the words in front of a script. */
const PROGRAMS = {
  node: { program: process.execPath, words: [] },
  "node-latest": { program: installed("node/bin", WINDOWS ? "node.exe" : "node"), words: [] },
  deno: {
    program: installed("deno", WINDOWS ? "deno.exe" : "deno"),
    words: ["run", "--quiet", "--no-remote", "--no-prompt", `--allow-read=${inRoot(".")}`],
  },
};

export const ENGINES = Object.keys(PROGRAMS);

/** The engine's program and the words in front of a script. Throws a `RequestError` where it is not there. */
export function programOf(engine) {
  if (!Object.hasOwn(PROGRAMS, engine)) {
    throw new RequestError(`there is no engine "${engine}"; there is ${ENGINES.join(", ")}`, "--engine");
  }
  const { program, words } = PROGRAMS[engine];
  if (!existsSync(program)) {
    throw new RequestError(`${engine} is not installed; npm run test:platforms installs it`, "--engine");
  }
  return { program, words };
}

/** What a script of the checkout prints in an engine. Throws a `RequestError` where it fails. */
export function runIn(engine, script, words = []) {
  const { program, words: before } = programOf(engine);
  const { status, signal, stdout, error } = spawnSync(program, [...before, inRoot(script), ...words], {
    cwd: inRoot("."),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
  });
  if (status !== 0)
    throw new RequestError(`ended with ${error?.message ?? status ?? signal}`, `${script} in ${engine}`);
  return stdout;
}
