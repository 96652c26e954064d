import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { espalier, refuses, succeeds, temporaryFolder } from "./command-line.js";
import { VERBS } from "./verbs.js";

const test = suite("cli/help");
const folder = temporaryFolder();

const EXIT_CODES = /Exit codes:\n {2}0 {2}done\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 .*\n {2}5 .*\n {2}6 .*\n {2}130 /;

test("all verbs, each with a line of its own", async () => {
  const help = await succeeds("--help");
  for (const name of VERBS) assert.match(help, new RegExp(`^  ${name} .*[a-z]{3}`, "m"));
  assert.match(help, EXIT_CODES);
});

for (const name of VERBS) {
  test(`${name}: examples, exit codes and every option explained`, async () => {
    const help = await succeeds(name, "--help");
    assert.match(help, new RegExp(`^Usage: espalier ${name} `));
    assert.match(help, new RegExp(`Examples:\\n  \\$ npx espalier ${name} .*\\n      \\w`));
    assert.match(help, EXIT_CODES);
    assert.match(help, /--json/);
    const options = help.slice(help.indexOf("Options:"), help.indexOf("Examples:"));
    for (const option of options.matchAll(/^ {2}(-\S.*)/gm)) {
      assert.match(option[1]!, /\S {2,}\S|[>\]]$/, `${option[1]} is explained`);
    }
    assert.ok(Math.max(...options.split("\n").map((line) => line.length)) <= 200);
  });

  test(`${name}: the options of the examples exist`, async () => {
    const help = await succeeds(name, "--help");
    const options = help.slice(help.indexOf("Options:"), help.indexOf("Examples:"));
    const examples = help.slice(help.indexOf("Examples:"), help.indexOf("Exit codes:"));
    for (const [option] of examples.matchAll(/(?<= )--?[a-z][a-z-]*/g)) {
      assert.match(options, new RegExp(`(^|[ ,])${option}\\b`, "m"), option);
    }
  });
}

test("the version is the package's", async () => {
  assert.match(await succeeds("--version"), /^\d+\.\d+\.\d+\n$/);
});

test("no verb at all shows what there is", async () => {
  const { code, out, err } = await espalier();
  assert.is(code, 2);
  assert.is(out, "");
  for (const name of VERBS) assert.match(err, new RegExp(`^  ${name} `, "m"));
});

test("verbs and options that do not exist", async () => {
  await refuses(folder.path, ["prun", "x.onnx"], 2, /unknown command 'prun'\n\(Did you mean one of prune, run\?\)/);
  await refuses(folder.path, ["inspect", "x.onnx", "--colour", "rgb"], 2, /unknown option '--colour'/);
  await refuses(
    folder.path,
    ["prune", "x.onnx", "--kep", "macs=0.5"],
    2,
    /unknown option '--kep'\n\(Did you mean --keep\?\)/,
  );
  await refuses(folder.path, ["inspect"], 2, /missing required argument 'file'/);
  await refuses(folder.path, ["inspect", "a.onnx", "b.onnx"], 2, /too many arguments/);
  await refuses(folder.path, ["eval", "x.onnx"], 2, /required option '--data <set>' not specified/);
  await refuses(folder.path, ["compile", "x.onnx"], 2, /required option '-o, --output <net\.esp>' not specified/);
});

test("the launcher hands words in, and exit codes and both streams out", () => {
  const launcher = fileURLToPath(new URL("../../../bin/espalier.js", import.meta.url));
  const launch = (...words: readonly string[]) =>
    spawnSync(process.execPath, [launcher, ...words], { cwd: folder.path, encoding: "utf8" });
  const good = launch("inspect", "--help");
  assert.equal([good.status, good.stderr], [0, ""]);
  assert.match(good.stdout, /^Usage: espalier inspect/);
  const bad = launch("inspect", "not there.onnx");
  assert.equal([bad.status, bad.stdout, bad.stderr], [5, "", "espalier: not there.onnx: there is no such file\n"]);
});

test.run();
