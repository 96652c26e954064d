import { suite } from "uvu";
import * as assert from "uvu/assert";
import { METHODS } from "../../src/prune/methods/index.js";
import { json, refuses, succeeds, temporaryFolder } from "./command-line.js";

const test = suite("cli/methods");

test("every method has a row, and its options with their defaults", async () => {
  const { methods } = await json("methods");
  assert.equal(
    methods.map(({ name }: { name: string }) => name),
    METHODS.map(({ name }) => name),
  );
  const text = await succeeds("methods");
  for (const { name, removes } of METHODS) assert.ok(text.includes(name) && text.includes(removes), name);
});

test("one method, as text and as data", async () => {
  const data = await json("methods", "n:m");
  assert.equal(data.options, [{ name: "pattern", value: "n:m", meaning: data.options[0].meaning, default: "2:4" }]);
  assert.equal([data.needs, data.needsBudget, data.scopes], [["weights"], false, ["global"]]);
  const text = await succeeds("methods", "n:m");
  for (const part of ["--pattern n:m", "2:4", data.paper, data.summary, "weights= "]) {
    assert.ok(text.includes(part.trim()), part);
  }
});

test("a method that there is none of", async () => {
  await refuses(
    temporaryFolder().path,
    ["methods", "magic"],
    2,
    /^espalier: --method: no method "magic"; there is l1, /,
  );
});

test.run();
