/** Deno: the checks, and the example as a user would run it, type-checked. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { report, withInstalled } from "./installed.mjs";
import { DENO } from "./programs.mjs";

const BROUGHT = ["tests/platforms/checks.js", "tests/platforms/deno-checks.js", "examples/deno.ts"];
const TIME_LIMIT = 60_000;

export const deno = {
  name: "Deno",
  program: DENO,
  run: () =>
    withInstalled(BROUGHT, (folder, { expected }) =>
      report([...JSON.parse(runDeno(folder, ["deno-checks.js"])), checkExample(folder, expected)]),
    ),
};

function checkExample(folder, expected) {
  const name = "examples/deno.ts type-checks, and prints what Node gives";
  const { logits } = JSON.parse(runDeno(folder, ["--check", "deno.ts", "network.esp", "input.f32"]));
  const near = expected.every(
    (number, i) => Math.abs(number - logits[i]) <= 1e-4 * Math.max(...expected.map(Math.abs)),
  );
  return { name, fault: near ? undefined : `expected ${expected}, got ${logits}` };
}

/** What the program prints. May read its own folder, and nothing else: no network, no environment. */
function runDeno(folder, words) {
  const { status, signal, stdout } = spawnSync(
    DENO,
    ["run", "--quiet", "--no-remote", "--no-prompt", `--allow-read=${folder}`, ...words],
    {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      timeout: TIME_LIMIT,
      killSignal: "SIGKILL",
      env: { ...process.env, DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    },
  );
  if (status !== 0) throw new Error(`deno ended with ${status ?? signal}`);
  return stdout;
}
