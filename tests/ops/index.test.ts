/** Every operator of the list is tested: a file with its name beside this one, which tests that operator. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { makeNode, OPS, opOf } from "../../src/ops/index.js";

const test = suite("ops/index");

function isTested(name: string): boolean {
  const file = join(import.meta.dirname, `${name}.test.js`);
  return existsSync(file) && readFileSync(file, "utf8").includes(`operatorSuite("${name}"`);
}

test("every operator has a file of tests", () => {
  const missing = [...OPS.keys()].filter((name) => !isTested(name));
  assert.equal(missing, []);
});

test("the list goes by the operators' own names", () => {
  for (const [name, op] of OPS) assert.is(op.name, name);
});

test("a node with an unknown operator is refused by name", () => {
  const node = { ...makeNode("relu", {}, ["x"], "y"), op: "einsum" };
  assert.throws(
    () => opOf(node),
    (error: unknown) => error instanceof ModelError && /^y: operator "einsum" does not exist/.test(error.message),
  );
});

test.run();
