/** Cloudflare Workers' own runtime, from a config file, over HTTP: the checks, and the example as it is deployed. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleWorker } from "./bundle.mjs";
import { checkExample, checkServer } from "./examples.mjs";
import { judgeWear } from "./checks.js";
import { residentBytes } from "./resident.mjs";
import { withFiles } from "./file-server.mjs";
import { report, withInstalled } from "./installed.mjs";
import { installed, WORKERD } from "./programs.mjs";
import { workerdConfig } from "./workerd-config.mjs";

const START_LIMIT = 30_000;
const REQUEST_LIMIT = 60_000;
/** What a Worker of the free plan may weigh, three times over. */
const MOST_BYTES = 2 ** 20;
const BROUGHT = ["tests/platforms/checks.js", "tests/platforms/workerd-checks.js", "examples/worker/worker.js"];

export const workerd = {
  name: "Cloudflare Workers",
  program: WORKERD,
  needs: [installed("esbuild/lib/main.js")],
  run: () =>
    withInstalled(BROUGHT, async (folder, samples) => {
      const bytes = await bundleWorker(folder, "worker.js", "bundle");
      writeFileSync(join(folder, "config.capnp"), await workerdConfig(folder, "bundle"));
      return withFiles(folder, (files) =>
        withWorkerd(folder, async ({ example, checks }, pid) => {
          const signal = AbortSignal.timeout(REQUEST_LIMIT);
          const results = await fetch(`${checks}?files=${encodeURIComponent(files)}`, { signal });
          return report([
            ...(await results.json()),
            {
              name: "examples/worker and all that it needs weigh less than 1 MB",
              fault: bytes < MOST_BYTES ? undefined : `${bytes} bytes`,
              measured: `${bytes} bytes, not minified`,
            },
            ...(await checkServer("examples/worker", example, folder, samples)),
            await checkExample("the benchmark answers as a Worker's endpoint", () => checkEndpoint(checks, folder)),
            ...(await checkWear(checks, pid)),
          ]);
        }),
      );
    }),
};

async function checkEndpoint(address, folder) {
  const url = `${address}benchmark?runs=3&warmUpMs=10`;
  const body = readFileSync(join(folder, "network.esp"));
  const report = await (await fetch(url, { method: "POST", body })).json();
  const names = report.networks?.map(({ name }) => name).join();
  const refused = await fetch(url, { method: "POST", body: body.subarray(1) });
  if (refused.status !== 400) return `a damaged network is answered with ${refused.status}`;
  return names === "dense,posted" && report.runs === 3 ? undefined : JSON.stringify(report);
}

async function checkWear(address, pid) {
  const worn = async (stage) => {
    const response = await fetch(`${address}wear/${stage}`, { signal: AbortSignal.timeout(REQUEST_LIMIT) });
    if (!response.ok) throw new Error(await response.text());
    return residentBytes([pid]);
  };
  const [before, after] = [await worn("first"), await worn("second")];
  return before === undefined ? [] : [judgeWear(before, after)];
}

/** Starts workerd, calls `use` with the address of each socket, and stops it whatever happens. */
async function withWorkerd(folder, use) {
  const server = spawn(WORKERD, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const ended = new Promise((resolve) => server.once("close", resolve));
  const stop = () => server.kill("SIGKILL");
  process.once("exit", stop);
  try {
    return await use(await addresses(server, ["example", "checks"]), server.pid);
  } finally {
    stop();
    await ended;
    process.off("exit", stop);
  }
}

/** workerd reports each socket's port on its control pipe, a line of JSON each. */
async function addresses(server, sockets) {
  let timer;
  const started = new Promise((resolve, reject) => {
    const fail = (reason) => reject(new Error(`workerd did not start: ${reason}`));
    timer = setTimeout(fail, START_LIMIT, `no ports after ${START_LIMIT / 1000} s`);
    server.once("error", fail);
    server.once("close", (code, signal) => fail(`it ended with ${code ?? signal}`));
    const found = {};
    createInterface(server.stdio[3]).on("line", (line) => {
      const { event, socket, port } = JSON.parse(line);
      if (event === "listen") found[socket] = `http://127.0.0.1:${port}/`;
      if (sockets.every((name) => found[name])) resolve(found);
    });
  });
  return started.finally(() => clearTimeout(timer));
}
