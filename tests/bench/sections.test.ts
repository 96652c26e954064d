import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replaceSection } from "../../bench/sections.js";

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
  assert.is(replaceSection(again, "models", "node baseline 2", "of node baseline 2"), full);
});

test("kinds do not mix", () => {
  const file = `${EMPTY}<!-- kernels -->\n<!-- /kernels -->\n`;
  const written = replaceSection(file, "kernels", "node", "K");
  assert.is(written, `${EMPTY}<!-- kernels node -->\n\nK\n\n<!-- /kernels -->\n`);
  assert.throws(() => replaceSection("nothing\n", "models", "node", "A"), /no section "models"/);
});

test("bench/README.md has a place for figures of networks", () => {
  const file = readFileSync(new URL("../../../bench/README.md", import.meta.url), "utf8");
  assert.match(replaceSection(file, "models", "of this test", "figures"), /of this test -->\n\nfigures/);
});

test.run();
