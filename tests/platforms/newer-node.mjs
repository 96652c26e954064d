/** A newer Node, which has relaxed SIMD: the tests themselves. */
import { spawnSync } from "node:child_process";
import { inRoot } from "../../scripts/checkout.mjs";
import { NEWER_NODE } from "./programs.mjs";

const onNewerNode = (build, pattern) => ({
  name: `a newer Node, ${build} build`,
  program: NEWER_NODE,
  run() {
    const words = [inRoot("node_modules/uvu/bin.js"), inRoot("dist/tests"), pattern];
    const env = { ...process.env, ESPALIER_BUILD: build };
    return spawnSync(NEWER_NODE, words, { cwd: inRoot("."), stdio: "inherit", env }).status === 0;
  },
});

export const newerNodeRelaxed = onNewerNode(
  "relaxed",
  "(ops|runtime|compile|models|real-models|conformance).*\\.test\\.js$",
);
export const newerNodeBaseline = onNewerNode("baseline", "(ops|runtime|real-models|conformance).*\\.test\\.js$");
