import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { RequestError } from "../../src/errors.js";
import { resnet } from "../../src/models/index.js";
import { load } from "../../src/runtime/index.js";
import { runSlices } from "../../src/runtime/slices.js";
import { BUILD, drawInputs } from "../ops/oracle.js";

const test = suite("runtime/slices");

const GRAPH = resnet({ depth: 8, width: 8 });
const FILE = compile(GRAPH);
const inputs = (seed: number) =>
  Object.fromEntries([...drawInputs(GRAPH, seed)].map(([name, { data }]) => [name, data]));
const open = () => load(FILE, { build: BUILD });

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("slices of any length give the bits of a run in one piece", async () => {
  const session = await open();
  const expected = session.run(inputs(1));
  for (const budgetMs of [0, 0.05, 8, Infinity]) {
    assert.equal(await session.runAsync(inputs(1), { budgetMs }), expected, `${budgetMs} ms`);
  }
});

test("other work goes on between slices, and none within", async () => {
  const session = await open();
  const turnsDuring = async (budgetMs: number) => {
    let [turns, done] = [0, false];
    const run = session.runAsync(inputs(1), { budgetMs }).then(() => (done = true));
    for (; !done; turns++) await new Promise((resolve) => setImmediate(resolve));
    await run;
    return turns;
  };
  assert.ok((await turnsDuring(0)) >= session.layers.length / 2);
  assert.ok((await turnsDuring(Infinity)) <= 2);
});

test("a run that is aborted in the middle rejects with the reason and leaves a session that runs again", async () => {
  const session = await open();
  const expected = session.run(inputs(1));
  const controller = new AbortController();
  let turns = 0;
  const reason = new Error("enough");
  const run = failure(session.runAsync(inputs(2), { budgetMs: 0, signal: controller.signal }));
  for (; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(reason);
  assert.is(await run, reason);
  assert.equal(session.run(inputs(1)), expected);
  assert.equal(await session.runAsync(inputs(1)), expected);
});

test("a signal that is aborted already stops a run before its first step", async () => {
  const session = await open();
  const error = await failure(session.runAsync(inputs(1), { signal: AbortSignal.abort() }));
  assert.is((error as Error).name, "AbortError");
});

test("runs in slices wait for one another, whatever becomes of those in front", async () => {
  const session = await open();
  const expected = [1, 2].map((seed) => session.run(inputs(seed)));
  const [first, aborted, wrong, last] = await Promise.all([
    session.runAsync(inputs(1), { budgetMs: 0 }),
    failure(session.runAsync(inputs(1), { signal: AbortSignal.abort() })),
    failure(session.runAsync({})),
    session.runAsync(inputs(2), { budgetMs: 0 }),
  ]);
  assert.equal([first, last], expected);
  assert.is((aborted as Error).name, "AbortError");
  assert.instance(wrong, RequestError);
});

test("what would write over an unfinished run is refused", async () => {
  const session = await open();
  const expected = session.run(inputs(1));
  const run = session.runAsync(inputs(1), { budgetMs: 0 });
  for (const early of [() => session.run(inputs(2)), () => session.profile(inputs(2))]) {
    assert.throws(early, /runAsync is under way on this session; wait for it/);
  }
  assert.equal(await run, expected);
  assert.equal(session.run(inputs(1)), expected);
});

test("a session that is disposed in the middle of a run says so", async () => {
  const session = await open();
  const run = failure(session.runAsync(inputs(1), { budgetMs: 0 }));
  await new Promise((resolve) => setImmediate(resolve));
  session.dispose();
  assert.match(((await run) as Error).message, /this session was disposed/);
});

test("a budget that is none is refused", async () => {
  const error = await failure((await open()).runAsync(inputs(1), { budgetMs: -1 }));
  assert.match((error as Error).message, /budgetMs: expected milliseconds from 0 on, got -1/);
});

test("where the clock stands still, work ends slices", async () => {
  const { now } = performance;
  const layers = [{ firstStep: 0, steps: 8, macs: 8e8 }];
  const slices = [[] as number[]];
  const watch = setInterval(() => {}, 1);
  performance.now = () => 1;
  try {
    const run = runSlices(layers, (first) => slices.at(-1)!.push(first), { budgetMs: 4 });
    let done = false;
    void run.then(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      slices.push([]);
    }
  } finally {
    performance.now = now;
    clearInterval(watch);
  }
  // Two steps of 1e8 multiply-adds are as many as 4 ms can hold.
  assert.equal(slices.filter(({ length }) => length > 0).flat(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.ok(slices.filter(({ length }) => length > 0).every(({ length }) => length <= 2));
});

test.run();
