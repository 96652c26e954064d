/** What is refused of those who ask for threads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../../../src/compile/encode.js";
import { load, type Session } from "../../../src/runtime/index.js";
import { tiny } from "../samples.js";
import { open, replaced, warningsOf, watched, X } from "../threaded-session.js";
import { refuses } from "../wire.js";

const test = suite("runtime/threads/refusals");

const engine = (name: string) => readFileSync(join(import.meta.dirname, `../../../engine/${name}.wasm`));

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
