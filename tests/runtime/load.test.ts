import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { ModelError, RequestError } from "../../src/errors.js";
import { hasRelaxedSimd, load, type LoadOptions } from "../../src/runtime/index.js";
import { memoriesOf } from "./memories.js";
import { everyLayer, tiny } from "./samples.js";
import { refuses } from "./wire.js";

const test = suite("runtime/load");

const engine = (name: string) => readFileSync(join(import.meta.dirname, `../../engine/${name}.wasm`));
const EMPTY_MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const X = { x: [1, 2] };

/** An empty module with the section in which an engine says what it is. */
function labelled(text: string): Uint8Array {
  const [name, label] = ["espalier", text].map((part) => [...new TextEncoder().encode(part)]) as [number[], number[]];
  return Uint8Array.of(...EMPTY_MODULE, 0, 1 + name.length + label.length, name.length, ...name, ...label);
}

const expected = (await load(compile(tiny()), { build: "baseline" })).run(X);

const ACCEPTED: Readonly<Record<string, () => Promise<LoadOptions> | LoadOptions>> = {
  "the bundled engine": () => ({ build: "baseline" }),
  "an engine's bytes": () => ({ engine: engine("baseline") }),
  "an engine's bytes, insisting on the build": () => ({ engine: engine("baseline"), build: "baseline" }),
  "an engine's bytes in a buffer of their own": () => ({ engine: new Uint8Array(engine("baseline")).buffer }),
  "a response with an engine, of whatever type": () => ({ engine: new Response(new Uint8Array(engine("baseline"))) }),
  "the promise of a response that may be compiled while it arrives": () => ({
    engine: Promise.resolve(
      new Response(new Uint8Array(engine("baseline")), { headers: { "content-type": "application/wasm" } }),
    ),
  }),
  "an engine's module": async () => ({ engine: await WebAssembly.compile(engine("baseline")) }),
};

for (const [title, options] of Object.entries(ACCEPTED)) {
  test(`accepts ${title}`, async () => {
    const session = await load(compile(tiny()), await options());
    assert.is(session.build, "baseline");
    assert.equal(session.run(X), expected);
  });
}

const REFUSED: readonly (readonly [title: string, options: LoadOptions, message: RegExp])[] = [
  ["a module that is no engine", { engine: EMPTY_MODULE }, /engine: not an espalier engine module/],
  ["a module of an unknown build", { engine: labelled("threads 1") }, /not an espalier engine module/],
  [
    "an engine of another interface",
    { engine: labelled("baseline 99") },
    /made for interface 99, this runtime speaks \d+/,
  ],
  ["an engine without an interface", { engine: labelled("baseline") }, /made for interface undefined/],
  [
    "a response that failed",
    { engine: new Response("gone", { status: 404, statusText: "Not Found" }) },
    /engine: this platform cannot compile it \(Error: HTTP 404 Not Found/,
  ],
  ["bytes that are no module", { engine: Uint8Array.of(1, 2, 3) }, /engine: this platform cannot compile it/],
  [
    "an engine of the other build",
    { engine: engine("baseline"), build: "relaxed" },
    /build "relaxed" was asked for, the engine is "baseline"/,
  ],
];

for (const [title, options, message] of REFUSED) {
  test(`refuses ${title}`, () => refuses(() => load(compile(tiny()), options), message));
}

test("the relaxed build runs where the platform has it, and is refused elsewhere", async () => {
  const relaxed = (options: LoadOptions) => load(compile(tiny()), options);
  if (!hasRelaxedSimd()) {
    await refuses(
      () => relaxed({ build: "relaxed" }),
      /this platform has no relaxed SIMD; ask for "baseline" or "auto"/,
    );
    await refuses(() => relaxed({ engine: engine("relaxed") }), /engine: this platform cannot compile it/);
    assert.is((await relaxed({})).build, "baseline");
    return;
  }
  for (const options of [{}, { build: "relaxed" }, { engine: engine("relaxed") }] as const) {
    const session = await relaxed(options);
    assert.is(session.build, "relaxed");
    assert.equal([...session.run(X)["y"]!].map(Math.fround).length, 2);
  }
});

test("the limit is met to the byte, and nothing is allocated for a network that does not fit", async () => {
  const file = compile(everyLayer());
  const { totalBytes } = (await load(file, { build: "baseline" })).memory;
  await load(file, { build: "baseline", maxBytes: totalBytes });
  const { memories } = await memoriesOf(() =>
    refuses(
      () => load(file, { maxBytes: totalBytes - 1 }),
      new RegExp(`every-layer: needs ${totalBytes} bytes of memory, the limit is ${totalBytes - 1}`),
    ),
  );
  assert.is(memories.length, 0);
});

test("kinds of errors: the file's faults are a ModelError, the caller's a RequestError", async () => {
  const kind = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => (error as Error).constructor,
    );
  assert.is(await kind(load(new Uint8Array(3))), ModelError);
  assert.is(await kind(load(compile(tiny()), { maxBytes: 1 })), RequestError);
  assert.is(await kind(load(compile(tiny()), { engine: EMPTY_MODULE })), ModelError);
});

test("a response is read", async () => {
  const session = await load(new Response(compile(tiny()) as Uint8Array<ArrayBuffer>), { build: "baseline" });
  assert.equal(session.run(X), expected);
});

test("a response that failed is refused with its status", () =>
  refuses(() => load(new Response("gone", { status: 404, statusText: "Not Found" })), /HTTP 404 Not Found/));

test("a response that announces too much is refused before it is read", async () => {
  const response = new Response(compile(tiny()) as Uint8Array<ArrayBuffer>, {
    headers: { "content-length": "100000" },
  });
  await refuses(() => load(response, { maxBytes: 99_999 }), /100000 bytes announced, the limit is 99999/);
  assert.is(response.bodyUsed, false);
});

test.run();
