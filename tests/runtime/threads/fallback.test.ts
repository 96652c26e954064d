/** What happens where there cannot be several threads, or where one dies. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../../src/errors.js";
import type { ThreadOptions } from "../../../src/runtime/index.js";
import { expected, open, replaced, warningsOf, watched, WORKER, X } from "../threaded-session.js";

const test = suite("runtime/threads/fallback");

async function runsAlone(threads: ThreadOptions): Promise<void> {
  const session = await open(threads);
  assert.equal([session.threads, session.tuning.threads], [1, 1]);
  assert.equal(session.run(X), expected);
  session.dispose();
}

const OBSTACLES: readonly (readonly [what: string, target: object, name: string, value: unknown, message: RegExp])[] = [
  ["shared memory", globalThis, "SharedArrayBuffer", undefined, /2 threads .* one runs: .* no shared memory; leave/],
  ["worker threads", process, "getBuiltinModule", undefined, /no worker was found .*hand in threads\.worker/],
  [
    "isolation",
    globalThis,
    "crossOriginIsolated",
    false,
    /not cross-origin isolated; serve it with "Cross-Origin-Open/,
  ],
];

for (const [what, target, name, value, message] of OBSTACLES) {
  test(`without ${what} one thread runs, and that is said once`, async () => {
    const threads = { count: 2, ...(what === "isolation" ? { worker: WORKER } : {}) };
    const warnings = await warningsOf(() =>
      replaced(target, name, value, async () => {
        await runsAlone(threads);
        await runsAlone(threads);
      }),
    );
    assert.is(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0]!, message);
    assert.not.match(warnings[0]!, /\n/);
  });
}

const codeAsWorker = (code: string) => () => new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
const ANSWERS = `import { parentPort } from "node:worker_threads";
  parentPort.on("message", () => parentPort.postMessage({ ready: true }));`;

const ABSENT: readonly (readonly [what: string, threads: Omit<ThreadOptions, "count">, reason: RegExp])[] = [
  ["lies nowhere", { worker: new URL("file:///nowhere/worker.js") }, /did not start \(.*nowhere/],
  ["throws at once", { worker: codeAsWorker("throw new Error('no luck')") }, /did not start \(.*no luck/],
  ["ends at once", { worker: codeAsWorker("process.exit(7)") }, /did not start \(.*it ended with 7/],
  ["never answers", { worker: codeAsWorker("setTimeout(() => 0, 1e6)"), timeout: 300 }, /no answer in 300 ms/],
  ["cannot be made", { worker: () => new Worker("no such file") }, /did not start/],
];

for (const [what, threads, reason] of ABSENT) {
  test(`one thread runs where a worker ${what}`, async () => {
    const warnings = await warningsOf(() => runsAlone({ count: 3, ...threads }));
    assert.is(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0]!, /^espalier: 3 threads were asked for, one runs: /);
    assert.match(warnings[0]!, reason);
  });
}

test("if a thread ends between runs, the session goes on with one", async () => {
  const { workers, worker } = watched();
  const session = await open({ count: 3, worker });
  assert.equal(session.run(X), expected);
  const gone = once(workers[1]!, "exit");
  const others = once(workers[0]!, "exit");
  await workers[1]!.terminate();
  await gone;
  const warnings = await warningsOf(async () => assert.equal(session.run(X), expected));
  assert.match(warnings.join(), /3 threads were asked for, one runs: .*it ended with 1/);
  assert.is(session.threads, 1);
  assert.equal(session.run(X), expected);
  await others;
});

const DIES = `import { parentPort } from "node:worker_threads";
  parentPort.once("message", ({ module, memory }) => {
    new WebAssembly.Instance(module, { env: { memory } }).exports.fail();
    parentPort.postMessage({ ready: true });
  });`;

test("a thread that dies in a step ends the run at once", async () => {
  const session = await open({ count: 2, worker: codeAsWorker(DIES) });
  const start = performance.now();
  assert.throws(() => session.run(X), /a thread died, or did not finish/);
  assert.ok(performance.now() - start < 10_000);
  session.dispose();
});

test("a thread that does not finish its share is not waited for without end", async () => {
  const session = await open({ count: 2, worker: codeAsWorker(ANSWERS), timeout: 1000 });
  const stuck = (error: unknown) =>
    error instanceof RequestError && /did not finish a step in 1000 ms; load the network again/.test(error.message);
  const start = performance.now();
  assert.throws(() => session.run(X), stuck);
  assert.ok(performance.now() - start < 10_000);
  assert.throws(() => session.run(X), stuck);
  session.dispose();
});

test.run();
