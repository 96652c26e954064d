/** A newer Node, which has relaxed SIMD: the tests themselves. */
import { spawnSync } from "node:child_process";
import { inRoot } from "../../scripts/checkout.mjs";

const PROGRAM = inRoot("tests/platforms/node_modules/node/bin/node");

const onNewerNode = (build, pattern) => ({
  name: `a newer Node, ${build} build`,
  program: PROGRAM,
  run() {
    const words = [inRoot("node_modules/uvu/bin.js"), inRoot("dist/tests"), pattern];
    const env = { ...process.env, ESPALIER_BUILD: build };
    return spawnSync(PROGRAM, words, { cwd: inRoot("."), stdio: "inherit", env }).status === 0;
  },
});

export const newerNodeRelaxed = onNewerNode(
  "relaxed",
  "(ops|runtime|compile|models|real-models|conformance).*\\.test\\.js$",
);
export const newerNodeBaseline = onNewerNode("baseline", "(ops|runtime|real-models|conformance).*\\.test\\.js$");
