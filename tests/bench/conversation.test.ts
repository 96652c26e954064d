import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EspalierError } from "../../src/errors.js";

interface Child {
  readonly hello?: unknown;
  readonly fault?: string;
  ask(message: unknown): Promise<unknown>;
}
interface Command {
  readonly program: string;
  readonly words: readonly string[];
}

const MODULE = new URL("../../../bench/conversation.mjs", import.meta.url).href;
const { withChildren } = (await import(MODULE)) as {
  withChildren<T>(commands: readonly Command[], call: (children: readonly Child[]) => Promise<T>): Promise<T>;
};

const test = suite("bench/conversation");

const commandOf = (source: string): Command => ({
  program: process.execPath,
  words: ["--input-type=module", "-e", source],
});
const DOUBLER = commandOf(`
  import { createInterface } from "node:readline";
  console.log("a remark");
  console.log('{"ready":true}');
  for await (const line of createInterface(process.stdin)) {
    const { x } = JSON.parse(line);
    if (x < 0) throw new RangeError("below zero");
    console.log(JSON.stringify({ y: 2 * x }));
  }
`);

test("children answer in turn, and keep what they know", async () => {
  const answers = await withChildren([DOUBLER, DOUBLER], async (children) => {
    assert.equal(
      children.map(({ hello }) => hello),
      [{ ready: true }, { ready: true }],
    );
    const given = [];
    for (const x of [1, 2]) for (const child of children) given.push(await child.ask({ x }));
    return given;
  });
  assert.equal(answers, [{ y: 2 }, { y: 2 }, { y: 4 }, { y: 4 }]);
});

test("a child that dies says why", async () => {
  const listeners = process.listenerCount("exit");
  const asked = withChildren([DOUBLER], ([child]) => child!.ask({ x: -1 }));
  const fault = await asked.catch((error: unknown) => error);
  assert.instance(fault, EspalierError);
  assert.is((fault as Error).message, "RangeError: below zero");
  assert.is(process.listenerCount("exit"), listeners);
});

test("one that does not start has a fault in place of its first line; the others are there", async () => {
  const commands = [
    commandOf("throw new Error('no such package')"),
    commandOf("process.exit(3)"),
    { program: join(import.meta.dirname, "no-such-program"), words: [] },
    DOUBLER,
  ];
  const found = await withChildren(commands, async (children) => children.map(({ hello, fault }) => hello ?? fault));
  assert.equal(found.slice(0, 2), ["Error: no such package", "ended with 3"]);
  assert.match(String(found[2]), /ENOENT/);
  assert.equal(found[3], { ready: true });
});

test.run();
