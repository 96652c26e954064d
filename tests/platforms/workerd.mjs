/** Cloudflare Workers' own runtime, from a config file, over HTTP: the checks, and the example as it is deployed. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleWorker } from "./bundle.mjs";
import { checkServer } from "./examples.mjs";
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
        withWorkerd(folder, async ({ example, checks }) => {
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
          ]);
        }),
      );
    }),
};

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
    return await use(await addresses(server, ["example", "checks"]));
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
