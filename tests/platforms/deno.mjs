/** Deno: the checks, and the example as a user would run it, type-checked. */
import { join } from "node:path";
import { checkExample, checkServer } from "./examples.mjs";
import { withFiles } from "./file-server.mjs";
import { report, withInstalled } from "./installed.mjs";
import { outputOf, withServer } from "./processes.mjs";
import { DENO } from "./programs.mjs";

const BROUGHT = ["tests/platforms/checks.js", "tests/platforms/node-checks.js", "examples/deno/server.ts"];

export const deno = {
  name: "Deno",
  program: DENO,
  run: () =>
    withInstalled(BROUGHT, (folder, samples) =>
      withFiles(folder, async (files) => {
        const checks = await outputOf(DENO, wordsFor(folder, ["node-checks.js", files, "relaxed"]), optionsFor(folder));
        const measured = await checkExample("the benchmark is one line of Deno", () => checkBenchmark(folder));
        return report([...JSON.parse(checks), ...(await checkDenoServer(folder, samples)), measured]);
      }),
    ),
};

async function checkDenoServer(folder, samples) {
  const name = "examples/deno";
  const server = {
    program: DENO,
    words: wordsFor(folder, ["--check", "server.ts", "network.esp", "0"]),
    isReady: (printed) => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(printed)?.[0],
    ...optionsFor(folder),
  };
  try {
    return await withServer(server, (address) => checkServer(name, address, folder, samples));
  } catch (error) {
    return [await checkExample(`${name} type-checks and serves`, () => Promise.reject(error))];
  }
}

async function checkBenchmark(folder) {
  const command = "node_modules/espalier/dist/src/benchmark/command.js";
  const printed = await outputOf(
    DENO,
    ["run", "--allow-read", command, "network.esp", "network.esp"],
    optionsFor(folder),
  );
  const { networks, platform } = JSON.parse(printed);
  const sane = networks.length === 2 && networks.every(({ medianMs, macs }) => medianMs > 0 && macs > 0);
  return sane && platform.agent.startsWith("Deno") ? undefined : printed;
}

/** May read its own folder and talk to this machine, and nothing else. */
const wordsFor = (folder, words) => [
  ...["run", "--no-remote", "--no-prompt", "--v8-flags=--expose-gc"],
  ...[`--allow-read=${folder}`, "--allow-net=127.0.0.1", ...words],
];

const optionsFor = (folder) => ({
  cwd: folder,
  env: { ...process.env, DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
});
