/** What a session with threads holds, and that it lets go of it. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compile/encode.js";
import { load } from "../../../src/runtime/index.js";
import { BUILD } from "../../ops/oracle.js";
import { memoriesOf } from "../memories.js";
import { tiny } from "../samples.js";
import { open, watched, WORKER, X } from "../threaded-session.js";

const test = suite("runtime/threads/lifetime");

test("one thread is what it always was: memory that is not shared, no worker", async () => {
  const { workers, worker } = watched();
  for (const options of [{}, { threads: { count: 1, worker } }]) {
    const { result: session, memories } = await memoriesOf(() => load(compile(tiny()), { build: BUILD, ...options }));
    assert.is(session.threads, 1);
    assert.equal(
      memories.map(({ buffer }) => buffer.constructor),
      [ArrayBuffer],
    );
  }
  assert.is(workers.length, 0);
});

test("several share one memory, in whole pages, which cannot grow", async () => {
  const { result: session, memories } = await memoriesOf(() => open({ count: 2 }));
  const memory = memories.at(-1)!;
  assert.instance(memory.buffer, SharedArrayBuffer);
  assert.is(memory.buffer.byteLength, Math.ceil(session.peakBytes / 65_536) * 65_536);
  assert.throws(() => memory.grow(1));
  session.dispose();
});

test("outputs are arrays of their own, whose memory is not shared", async () => {
  const session = await open({ count: 2 });
  assert.instance(session.run(X)["y"]!.buffer, ArrayBuffer);
  session.dispose();
});

test("dispose ends the threads", async () => {
  const { workers, worker } = watched();
  const session = await open({ count: 3, worker });
  assert.is(workers.length, 2);
  const ends = workers.map((each) => once(each, "exit"));
  session.run(X);
  session.dispose();
  session.dispose();
  await Promise.all(ends);
  assert.throws(() => session.run(X), /this session was disposed/);
});

/** What a process of its own prints that runs this code behind the imports of what it needs. */
function printed(code: string): string {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const words = `import { load } from ${url("../../../src/runtime/index.js")};
    import { Worker } from "node:worker_threads";
    const worker = () => new Worker(new URL(${JSON.stringify(WORKER.href)}), { execArgv: [] });
    const file = Uint8Array.of(${compile(tiny()).join()});
    ${code}`;
  const flags = ["--expose-gc", "--input-type=module", "--eval", words];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", timeout: 20_000 });
  assert.equal([status, stderr], [0, ""]);
  return stdout.trim();
}

test("a process ends although threads still sleep", () => {
  const code = `const session = await load(file, { build: "baseline", threads: { count: 2 } });
    session.run({ x: [1, 2] });
    console.log(String(session.threads));`;
  assert.is(printed(code), "2");
});

test("threads end with a session that is dropped", () => {
  const code = `const made = [];
    const threads = { count: 2, worker: () => (made.push(worker()), made[0]) };
    await load(file, { build: "baseline", threads }).then((session) => session.run({ x: [1, 2] }));
    const end = new Promise((resolve) => made[0].on("exit", resolve));
    const collect = setInterval(gc, 10);
    await end;
    clearInterval(collect);
    console.log("ended");`;
  assert.is(printed(code), "ended");
});

test.run();
