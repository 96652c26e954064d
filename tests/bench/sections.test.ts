import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replaceSection, writeSection } from "../../bench/sections.js";
import { RequestError } from "../../src/errors.js";
import { temporaryFolder } from "../temporary-folder.js";

const test = suite("bench/sections");
const EMPTY = "before\n\n<!-- models -->\n<!-- /models -->\n\nafter\n";

test("a first section takes the place of the empty one, further ones go behind", () => {
  const one = replaceSection(EMPTY, "models", "node baseline 1", "A");
  assert.is(one, "before\n\n<!-- models node baseline 1 -->\n\nA\n\n<!-- /models -->\n\nafter\n");
  const two = replaceSection(one, "models", "deno baseline 1", "B");
  assert.is(
    two,
    "before\n\n<!-- models node baseline 1 -->\n\nA\n\n<!-- /models -->\n\n<!-- models deno baseline 1 -->\n\nB\n\n<!-- /models -->\n\nafter\n",
  );
});

test("a section of the same key is replaced, the others stay", () => {
  const keys = ["node baseline 1", "node baseline 2", "deno baseline 1"];
  const full = keys.reduce((file, key) => replaceSection(file, "models", key, `of ${key}`), EMPTY);
  const again = replaceSection(full, "models", "node baseline 2", "$& new");
  assert.is(
    again,
    full.replace("of node baseline 2", () => "$& new"),
  );
  assert.is(replaceSection(again, "models", "node baseline 2", "of node baseline 2\n"), full);
});

test("kinds do not mix", () => {
  const file = `${EMPTY}<!-- kernels -->\n<!-- /kernels -->\n`;
  const written = replaceSection(file, "kernels", "node", "K");
  assert.is(written, `${EMPTY}<!-- kernels node -->\n\nK\n\n<!-- /kernels -->\n`);
  assert.throws(() => replaceSection(EMPTY, "model", "node", "A"), refusal(/no "<!-- model -->"/));
});

test("a section without an end is refused", () => {
  for (const text of ["<!-- models node -->\n", `<!-- models node -->\n${EMPTY}`, `${EMPTY}<!-- models node -->\n`]) {
    assert.throws(() => replaceSection(text, "models", "node", "A"), refusal(/has no "<!-- \/models -->"/));
  }
});

test("a file changes in its section only, and nothing is left beside it", () => {
  const folder = temporaryFolder();
  const path = join(folder, "README.md");
  writeFileSync(path, EMPTY);
  for (const text of ["A", "B"]) writeSection(path, "models", "node", text);
  assert.is(readFileSync(path, "utf8"), replaceSection(EMPTY, "models", "node", "B"));
  assert.equal(readdirSync(folder), ["README.md"]);
});

test("bench/README.md has a place for figures of networks and of kernels", () => {
  const file = readFileSync(new URL("../../../bench/README.md", import.meta.url), "utf8");
  for (const kind of ["models", "kernels"]) {
    assert.match(replaceSection(file, kind, "of this test", "figures"), /of this test -->\n\nfigures/);
  }
});

function refusal(message: RegExp) {
  return (error: unknown) => error instanceof RequestError && message.test(error.message);
}

test.run();
