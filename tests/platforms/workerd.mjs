/** Cloudflare Workers' own runtime, from a config file, over HTTP: the checks, and the example as it stands. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { report, withInstalled } from "./installed.mjs";
import { WORKERD } from "./programs.mjs";
import { workerdConfig } from "./workerd-config.mjs";

const START_LIMIT = 30_000;
const REQUEST_LIMIT = 60_000;
const BROUGHT = ["tests/platforms/checks.js", "tests/platforms/workerd-checks.js", "examples/worker/worker.js"];

export const workerd = {
  name: "Cloudflare Workers",
  program: WORKERD,
  run: () =>
    withInstalled(BROUGHT, async (folder, sample) => {
      writeFileSync(join(folder, "config.capnp"), await workerdConfig(folder));
      return withServer(folder, async ({ example, checks }) =>
        report([...(await (await request(checks)).json()), ...(await checkExample(example, sample))]),
      );
    }),
};

/** Starts workerd, calls `use` with the address of each socket, and stops it whatever happens. */
async function withServer(folder, use) {
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

const request = (address, options) => fetch(address, { signal: AbortSignal.timeout(REQUEST_LIMIT), ...options });

async function checkExample(address, { input, expected }) {
  const about = await (await request(address)).json();
  const post = async (body) => {
    const response = await request(address, { method: "POST", body });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
  const answers = [await post(input), await post(input)];
  const short = await post(input.subarray(1));
  const wanted = Buffer.from(expected.buffer);
  return [
    {
      name: "examples/worker tells what it takes",
      fault: about.input?.shape.join() === "1,3,32,32" ? undefined : JSON.stringify(about),
    },
    {
      name: "examples/worker answers with the bits that Node gives, request after request",
      fault: answers.every(({ body }) => body.equals(wanted))
        ? undefined
        : answers.map(({ body }) => body.toString()).join(),
    },
    {
      name: "examples/worker refuses an input of the wrong size with the reason",
      fault:
        short.status === 400 && short.body.includes("expected 3072 numbers")
          ? undefined
          : `${short.status} ${short.body}`,
    },
  ];
}
