/** The documents name what there is. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MESSAGES } from "../src/gen/network.js";
import { OPS } from "../src/ops/index.js";
import { METHODS } from "../src/prune/methods/index.js";
import { CONV_KERNELS } from "../src/runtime/kernels/index.js";
import { VERBS } from "./cli/verbs.js";
import { SPLATS_BY_LOADS, SPLATS_BY_SHUFFLES } from "../src/runtime/kernels/tiles.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const test = suite("documents");
const BUILDS = ["baseline", "relaxed"] as const;

test("docs/operators.md has a row for every operator, and no other", () => {
  const rows = [...read("docs/operators.md").matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  assert.equal(rows.sort(), [...OPS.keys()].sort());
});

test("docs/format.md names every field of the format", () => {
  const text = read("docs/format.md");
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const fields = Object.values(MESSAGES).flatMap((rows) => Object.values(rows).map(([name]) => snake(name)));
  const missing = fields.filter((name) => !text.includes(`\`${name}\``));
  assert.equal(missing, []);
});

test("the README names every pruning method", () => {
  const text = read("README.md");
  for (const { name } of METHODS) assert.ok(text.includes(`\`${name}\``), name);
});

test("docs/kernels.md names every kernel of convolution, and what each algorithm may be wrong by", () => {
  const text = read("docs/kernels.md");
  const missing = CONV_KERNELS.filter(
    ({ name, algorithm, error }) =>
      !text.includes(`\`${name}\``) || !text.includes(`| \`${algorithm}\` | 2^${Math.log2(error)} |`),
  );
  assert.equal(missing, []);
});

test("docs/kernels.md has the rates of tiles that the rule takes", () => {
  const rows = [...read("docs/kernels.md").matchAll(/^\| (\d)x(\d)(s?) \| (\S+) \| (\S+) \|$/gm)];
  assert.is(rows.length, 8);
  for (const [row, channels, lanes, shuffled, ...said] of rows) {
    const { rate } = shuffled === "s" ? SPLATS_BY_SHUFFLES : SPLATS_BY_LOADS;
    const rates = BUILDS.map((build) =>
      rate(Number(channels), Number(lanes), { build, threads: 1, checksLoads: false }),
    );
    assert.equal(said.map(Number), rates, row);
  }
});

test("every command of the README, docs/cli.md and docs/training.md begins with a verb that exists", () => {
  const used = [
    ...`${read("README.md")}${read("docs/cli.md")}${read("docs/training.md")}`.matchAll(/npx espalier (\w+)/g),
  ].map(([, verb]) => verb!);
  assert.ok(used.length > 5);
  for (const verb of used) assert.ok(VERBS.includes(verb) || verb === "VERB", verb);
});

/** All programs of examples/ but the main job, which is shown by running it. */
const EXAMPLES = [
  "browser/index.html",
  "browser/page.js",
  "deno/server.ts",
  "node/classify.js",
  "vite/index.html",
  "vite/main.js",
  "worker/worker.js",
  "worker/wrangler.toml",
];

test("docs/examples.md shows every example as it is, and none is longer than 60 lines", () => {
  const text = read("docs/examples.md");
  for (const name of EXAMPLES) {
    const code = read(`examples/${name}`);
    assert.ok(text.includes(`\n${code}\`\`\``), name);
    assert.ok(code.split("\n").length <= 60, `${name} is too long`);
  }
  const folders = readdirSync(new URL("../../examples", import.meta.url)).filter(
    (name) => !name.includes(".") && name !== "main-job",
  );
  assert.equal([...new Set(EXAMPLES.map((name) => name.split("/")[0]))].sort(), folders.sort());
});

test("docs/platforms.md names the versions that the platform tests install", () => {
  const text = read("docs/platforms.md");
  const { dependencies, optionalDependencies } = JSON.parse(read("tests/platforms/package.json")) as Record<
    "dependencies" | "optionalDependencies",
    Record<string, string>
  >;
  const versions = Object.values({ ...dependencies, ...optionalDependencies });
  assert.equal(versions.length, 6);
  for (const version of versions) assert.ok(text.includes(version), version);
});

test.run();
