import { setMaxListeners } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Worker } from "node:worker_threads";
import { compile } from "../../src/compile/encode.js";
import { ModelError, RequestError } from "../../src/errors.js";
import { resnet } from "../../src/models/index.js";
import { load, loadRemote, type RemoteOptions } from "../../src/runtime/index.js";
import { BUILD, drawInputs } from "../ops/oracle.js";

const test = suite("runtime/remote");

const GRAPH = resnet({ depth: 8, width: 8 });
const FILE = new Uint8Array(compile(GRAPH));
const inputs = (seed: number) =>
  Object.fromEntries([...drawInputs(GRAPH, seed)].map(([name, { data }]) => [name, data]));
const open = (options: RemoteOptions = {}) => loadRemote(FILE, { build: BUILD, ...options });

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error("nothing was refused"),
    (error: Error) => error,
  );

test("tells and gives what a session on this thread does", async () => {
  const [remote, local] = [await open(), await load(FILE, { build: BUILD })];
  for (const fact of ["name", "build", "inputs", "outputs", "labels", "task", "provenance", "layers"] as const) {
    assert.equal(remote[fact], local[fact], fact);
  }
  for (const fact of ["tuning", "memory", "macs", "peakBytes", "threads", "boxes"] as const) {
    assert.equal(remote[fact], local[fact], fact);
  }
  const given = inputs(1);
  assert.equal(await remote.run(given), local.run(given));
  assert.equal(given, inputs(1));
  assert.equal(
    await Promise.all([1, 2, 3].map((seed) => remote.run(inputs(seed)))),
    [1, 2, 3].map((seed) => local.run(inputs(seed))),
  );
  assert.is((await remote.profile(given, 3)).length, local.layers.length);
  remote.dispose();
});

test("this thread stays free, and the caller's bytes stay the caller's", async () => {
  const bytes = FILE.slice();
  const remote = await loadRemote(bytes, { build: BUILD });
  assert.equal(bytes, FILE);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (let i = 0; i < 20; i++) await remote.run(inputs(i));
  clearInterval(timer);
  assert.ok(turns > 0);
  remote.dispose();
});

test("errors keep their class, their place and their message", async () => {
  const remote = await open();
  const missing = await failure(remote.run({}));
  assert.instance(missing, RequestError);
  assert.is((missing as RequestError).where, "input");
  assert.match(missing.message, /^input: no value was given for this input of shape/);
  remote.dispose();
  const damaged = FILE.slice();
  damaged[200]! ^= 1;
  const error = await failure(loadRemote(damaged, { build: BUILD }));
  assert.instance(error, ModelError);
  assert.match(error.message, /^the contents do not match/);
  assert.match((await failure(open({ maxBytes: 1000 }))).message, /bytes of memory, the limit is 1000/);
});

test("a run is aborted with the signal's reason, and the session runs again", async () => {
  const remote = await open();
  const expected = await remote.run(inputs(1));
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  // The signal goes out behind the last of them: no machine is so fast that it finishes them before, and none too slow.
  const runs = Array.from({ length: 20 }, () =>
    failure(remote.run(inputs(2), { budgetMs: 0, signal: controller.signal })),
  );
  const reason = new Error("enough");
  controller.abort(reason);
  assert.is((await Promise.all(runs)).at(-1), reason);
  assert.is(await failure(remote.run(inputs(2), { signal: controller.signal })), reason);
  assert.equal(await remote.run(inputs(1)), expected);
  remote.dispose();
});

test("a session that was disposed says so, to those who wait and to those who come", async () => {
  const remote = await open();
  const waiting = failure(remote.run(inputs(1), { budgetMs: 0 }));
  remote.dispose();
  remote.dispose();
  for (const error of [await waiting, await failure(remote.run(inputs(1)))]) {
    assert.instance(error, RequestError);
    assert.match(error.message, /this session was disposed; load the network again/);
  }
});

test("threads of a session in a worker", async () => {
  const remote = await open({ threads: { count: 2 } });
  assert.is(remote.threads, 2);
  assert.equal(await remote.run(inputs(1)), (await load(FILE, { build: BUILD })).run(inputs(1)));
  remote.dispose();
  const error = await failure(open({ threads: { count: 2, worker: () => new Worker("") } }));
  assert.match(error.message, /threads.worker: a function cannot be sent to a worker/);
});

test("a worker that is handed in, by function or by address; one that cannot run is an error", async () => {
  const url = new URL("../../src/runtime/session-worker.js", import.meta.url);
  for (const worker of [url, () => new Worker(url)]) {
    const remote = await open({ worker });
    assert.is(remote.name, GRAPH.name);
    remote.dispose();
  }
  const error = await failure(open({ worker: new URL("./nowhere.js", import.meta.url) }));
  assert.instance(error, RequestError);
  assert.match(error.message, /its worker ended: .*nowhere/);
});

test.run();
