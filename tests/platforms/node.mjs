/** Node, the one that runs this and a newer one: the checks, and the example as a user would run it. */
import { spawnSync } from "node:child_process";
import { checkExample, wrongLines } from "./examples.mjs";
import { withFiles } from "./file-server.mjs";
import { report, withInstalled } from "./installed.mjs";
import { outputOf } from "./processes.mjs";
import { NEWER_NODE } from "./programs.mjs";

const BROUGHT = ["tests/platforms/checks.js", "tests/platforms/node-checks.js", "examples/node/classify.js"];

/** The first V8 with relaxed SIMD, which is Node 21's. */
const RELAXED_V8 = [11, 4];

function hasRelaxed(program) {
  const { stdout } = spawnSync(program, ["-p", "process.versions.v8"], { encoding: "utf8" });
  const [major, minor] = stdout.split(".").map(Number);
  return major > RELAXED_V8[0] || (major === RELAXED_V8[0] && minor >= RELAXED_V8[1]);
}

const onNode = (name, program) => ({
  name,
  program,
  run: () =>
    withInstalled(BROUGHT, (folder, samples) =>
      withFiles(folder, async (files) => {
        const run = (...words) => outputOf(program, words, { cwd: folder });
        const checks = await run("--expose-gc", "node-checks.js", files, hasRelaxed(program) ? "relaxed" : "baseline");
        const example = checkExample("examples/node finds Node's classes", async () => {
          const printed = await run("classify.js", "network.esp", "picture.png");
          const lines = printed.trim().split("\n");
          return wrongLines(
            lines.map((line) => line.replace("picture.png: ", "")),
            samples.classifier.found["picture.png"],
          );
        });
        return report([...JSON.parse(checks), await example]);
      }),
    ),
});

export const ownNode = onNode("Node", process.execPath);
export const newerNode = onNode("a newer Node", NEWER_NODE);
