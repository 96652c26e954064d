/** Several threads: the bits of one, and what happens where there cannot be several, or where one dies. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { RequestError } from "../../src/errors.js";
import { NOTHING_KNOWN } from "../../src/graph/about.js";
import type { Graph } from "../../src/graph/graph.js";
import { resnet } from "../../src/models/index.js";
import { OPS } from "../../src/ops/index.js";
import { load, type LoadOptions, type Outputs, type Session, type ThreadOptions } from "../../src/runtime/index.js";
import { sampleGraphs, sampleNetwork } from "../onnx/sample-graphs.js";
import { BUILD, drawInputs, none } from "../ops/oracle.js";
import { memoriesOf } from "./memories.js";
import { everyLayer, tiny } from "./samples.js";
import { refuses } from "./wire.js";

const test = suite("runtime/threads");

const X = { x: [1, 2] };
const WORKER = new URL("../../src/runtime/worker.js", import.meta.url);
const engine = (name: string) => readFileSync(join(import.meta.dirname, `../../engine/${name}.wasm`));
const open = (threads: ThreadOptions, options: LoadOptions = {}) =>
  load(compile(tiny()), { build: BUILD, ...options, threads });
const expected = (await load(compile(tiny()), { build: BUILD })).run(X);

// ---- the bits of one thread ----

/** All graphs side by side in one. */
function together(name: string, graphs: readonly Graph[]): Graph {
  const renamed = graphs.map((graph, i) => {
    const rename = (value: string) => `${i}.${value}`;
    const values = (list: readonly string[]) => list.map(rename);
    return {
      inputs: graph.inputs.map((input) => ({ ...input, name: rename(input.name) })),
      outputs: values(graph.outputs),
      nodes: graph.nodes.map((node) => ({
        ...node,
        name: rename(node.name),
        inputs: values(node.inputs),
        outputs: values(node.outputs),
      })),
      constants: [...graph.constants].map(([value, tensor]) => [rename(value), tensor] as const),
    };
  });
  return {
    name,
    inputs: renamed.flatMap(({ inputs }) => inputs),
    outputs: renamed.flatMap(({ outputs }) => outputs),
    nodes: renamed.flatMap(({ nodes }) => nodes),
    constants: new Map(renamed.flatMap(({ constants }) => constants)),
    about: NOTHING_KNOWN,
  };
}

/** With the first axis of every input so many times as long. */
function larger(graph: Graph, factor: number): Graph {
  const stretch = (shape: readonly number[]) => shape.map((size, axis) => (axis === 0 ? factor * size : size));
  return { ...graph, inputs: graph.inputs.map((input) => ({ ...input, shape: stretch(input.shape) })) };
}

/** Those that are networks: some samples are for the import only, some fit no other size. */
async function loadable(graphs: readonly Graph[]): Promise<readonly Graph[]> {
  const attempts = graphs.map(async (graph) => load(compile(graph), { build: BUILD }));
  const results = await Promise.allSettled(attempts);
  return graphs.filter((_, i) => results[i]!.status === "fulfilled");
}

const samples = [...OPS.keys()].flatMap((op) => sampleGraphs(op));
/** Few rows, of which threads share each, and many, which they share among themselves; most of them no whole vectors. */
const GRAPHS: readonly Graph[] = [
  together("all operators", await loadable([...samples, sampleNetwork(), everyLayer()])),
  together("all operators, larger", await loadable(samples.map((graph) => larger(graph, 7)))),
  resnet({ depth: 8, width: 8 }),
];

test("there is work of every kind, small and larger", () => {
  assert.ok(GRAPHS[0]!.nodes.length > OPS.size);
  assert.ok(GRAPHS[1]!.nodes.length > 0.7 * OPS.size, `${GRAPHS[1]!.nodes.length} of ${OPS.size}`);
});

const numbersFor = (graph: Graph, seed: number) =>
  Object.fromEntries([...drawInputs(graph, seed)].map(([name, { data }]) => [name, data]));

/** The names of outputs whose bits are others. */
function different(expected: Outputs, actual: Outputs): string[] {
  const bits = (numbers: Float32Array) => Buffer.from(numbers.buffer);
  return Object.keys(expected).filter((name) => !bits(expected[name]!).equals(bits(actual[name]!)));
}

for (const graph of GRAPHS) {
  for (const count of [2, 3]) {
    test(`${graph.name}: ${count} threads give the bits of one, run after run`, async () => {
      const file = compile(graph);
      const one = await load(file, { build: BUILD });
      const several = await load(file, { build: BUILD, threads: { count } });
      assert.is(several.threads, count);
      const complaints: string[] = [];
      for (let run = 0; run < 40; run++) {
        const given = numbersFor(graph, run % 4);
        if (run === 20) several.profile(given, 2);
        const names = different(one.run(given), several.run(given));
        complaints.push(...names.map((name) => `run ${run}, output ${name}`));
      }
      several.dispose();
      none(complaints);
    });
  }
}

test("threads that sleep between runs wake up", async () => {
  const session = await open({ count: 2 });
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(session.run(X), expected);
  }
  session.dispose();
});

test("a thread that may not sleep, as in a page, spins", async () => {
  const refuse = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  await replaced(Atomics, "wait", refuse, async () => {
    const session = await open({ count: 3 });
    for (let i = 0; i < 50; i++) assert.equal(session.run(X), expected);
    session.dispose();
  });
});

test("sessions with threads side by side do not disturb each other", async () => {
  const sessions = await Promise.all([2, 3, 2].map((count) => open({ count })));
  for (let i = 0; i < 20; i++) for (const session of sessions) assert.equal(session.run(X), expected);
  sessions.forEach((session) => session.dispose());
});

test("a network without steps runs", async () => {
  const graph: Graph = { ...tiny(), nodes: [], constants: new Map(), outputs: ["x"] };
  const session = await load(compile(graph), { build: BUILD, threads: { count: 2 } });
  for (let i = 0; i < 3; i++) assert.equal(session.run({ x: [i, 2] }), { x: Float32Array.of(i, 2) });
  session.dispose();
});

// ---- what a session holds ----

/** Workers as the package makes them, where the test can see them. */
function watched(): { readonly workers: Worker[]; readonly worker: () => Worker } {
  const workers: Worker[] = [];
  const worker = () => {
    workers.push(new Worker(WORKER));
    return workers.at(-1)!;
  };
  return { workers, worker };
}

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
  const words = `import { load } from ${url("../../src/runtime/index.js")};
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

// ---- where there can be no threads ----

/** What is written to the console as a warning meanwhile. */
async function warningsOf(body: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (...words: unknown[]) => warnings.push(words.join(" "));
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

/** Runs with a property of an object replaced. */
async function replaced(target: object, name: string, value: unknown, body: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  try {
    await body();
  } finally {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  }
}

async function runsAlone(threads: ThreadOptions): Promise<void> {
  const session = await open(threads);
  assert.is(session.threads, 1);
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

// ---- what is refused ----

for (const count of [0, -1, 1.5, 65, NaN, Infinity]) {
  test(`refuses ${count} threads`, () =>
    refuses(() => open({ count }), /threads\.count: expected a whole number from 1 to 64/));
}

test("refuses a timeout that is no time, or more than clocks take", async () => {
  for (const timeout of [0, Number.NaN, Infinity, 2 ** 31]) {
    await refuses(
      () => open({ count: 2, timeout }),
      new RegExp(`threads\\.timeout: expected milliseconds up to 2147483647, got ${timeout}`),
    );
  }
});

test("an engine that is handed in has to be one for threads, if several run, and only then", async () => {
  const build = "baseline";
  await refuses(
    () => open({ count: 2 }, { build, engine: engine("baseline") }),
    /2 threads were asked for, this "baseline" engine is for one; hand in espalier\/engine\/baseline-threads\.wasm/,
  );
  for (const threads of [undefined, { count: 1 }]) {
    await refuses(
      () => load(compile(tiny()), { build, engine: engine("baseline-threads"), ...(threads ? { threads } : {}) }),
      /this "baseline" engine is for threads, which were not asked for; hand in espalier\/engine\/baseline\.wasm/,
    );
  }
  const session: Session = await open({ count: 2 }, { build, engine: engine("baseline-threads") });
  assert.equal([session.threads, session.build], [2, "baseline"]);
  session.run(X);
  session.dispose();
});

test("where no worker comes, engines of either kind run on one thread", async () => {
  await warningsOf(() =>
    replaced(process, "getBuiltinModule", undefined, async () => {
      for (const name of ["baseline", "baseline-threads"]) {
        const session = await open({ count: 2 }, { build: "baseline", engine: engine(name) });
        assert.is(session.threads, 1);
        session.run(X);
      }
    }),
  );
});

test("a network that needs more memory than maxBytes starts no worker", async () => {
  const { workers, worker } = watched();
  await refuses(() => open({ count: 2, worker }, { maxBytes: 100 }), /bytes of memory, the limit is 100/);
  assert.is(workers.length, 0);
});

test.run();
