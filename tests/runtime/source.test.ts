import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { ModelError, RequestError } from "../../src/errors.js";
import { load, type LoadOptions } from "../../src/runtime/index.js";
import { tiny } from "./samples.js";

const test = suite("runtime/source");

const FILE = new Uint8Array(compile(tiny()));

/** A response in pieces of so many bytes. */
function inPieces(bytes: Uint8Array, size: number, headers: Record<string, string> = {}): Response {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += size)));
      else controller.close();
    },
  });
  return new Response(body, { headers });
}

async function failure(response: Response | Promise<Response>, options: LoadOptions = {}): Promise<Error> {
  const error = await load(response, { build: "baseline", ...options }).then(
    () => undefined,
    (caught: Error) => caught,
  );
  assert.ok(error, "nothing was refused");
  return error!;
}

for (const [title, headers, total] of [
  ["announced", { "content-length": String(FILE.length) }, FILE.length],
  ["not announced", {}, undefined],
  ["announced as compressed", { "content-length": "7", "content-encoding": "gzip" }, undefined],
] as const) {
  test(`a response in pieces is put together, with progress; its length is ${title}`, async () => {
    const heard: (readonly [number, number | undefined])[] = [];
    const onProgress = (bytes: number, of: number | undefined) => heard.push([bytes, of]);
    const session = await load(inPieces(FILE, 100, headers), { build: "baseline", onProgress });
    assert.equal(session.run({ x: [1, 2] }), (await load(FILE, { build: "baseline" })).run({ x: [1, 2] }));
    const counts = Array.from({ length: Math.ceil(FILE.length / 100) }, (_, i) => Math.min(FILE.length, 100 * (i + 1)));
    assert.equal(
      heard,
      counts.map((bytes) => [bytes, total]),
    );
  });
}

test("the promise of a network, and of an engine, will do", async () => {
  const session = await load(Promise.resolve(new Response(FILE)), { build: "baseline" });
  assert.is(session.name, "tiny");
});

test("a response that is longer than the limit is read no further", async () => {
  const response = inPieces(new Uint8Array(10_000), 100);
  const error = await failure(response, { maxBytes: 1000 });
  assert.instance(error, RequestError);
  assert.match(error.message, /more than 1000 bytes came, which is the limit/);
});

test("reading is aborted with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const onProgress = () => controller.abort(reason);
  assert.is(await failure(inPieces(FILE, 100), { signal: controller.signal, onProgress }), reason);
});

/** Serves one answer and returns what `use` makes of its address. */
async function served<T>(answer: Parameters<typeof createServer>[1], use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(answer!);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/net.esp`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a connection that breaks off says after how many bytes", async () => {
  const error = await served(
    (_request, response) => {
      response.writeHead(200, { "content-length": FILE.length });
      response.write(FILE.subarray(0, 50), () => setTimeout(() => response.destroy(), 50));
    },
    async (url) => failure(await fetch(url)),
  );
  assert.instance(error, ModelError);
  assert.match(error.message, new RegExp(`the response broke off after 50 of ${FILE.length} bytes .*fetch it again`));
});

test("a file that is cut short, and one that was changed on the way", async () => {
  const cut = await served(
    (_request, response) => response.end(FILE.subarray(0, FILE.length - 10)),
    async (url) => failure(await fetch(url)),
  );
  assert.instance(cut, ModelError);
  assert.match(cut.message, /bytes announced/);
  const changed = FILE.slice();
  changed[FILE.length - 20]! ^= 1;
  assert.match((await failure(new Response(changed))).message, /do not match their SHA-256/);
});

test("what is no source is refused", async () => {
  assert.match((await failure("net.esp" as unknown as Response)).message, /expected a Uint8Array, .* got string/);
});

test.run();
