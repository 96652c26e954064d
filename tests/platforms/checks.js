/**
 * What holds of the runtime on every platform. Runs inside the platform, so it imports nothing: runtime, engines and the sample
 * with Node's outputs are handed in.
 */

/** Relaxed instructions round differently, by at most this share of the largest output. */
const RELAXED_TOLERANCE = 1e-4;

/** THE list of checks. Each throws where the platform falls short. `given` is what `runChecks` takes. */
const CHECKS = [
  {
    name: "the baseline engine gives the bits that Node gives, run after run",
    async run({ runtime, engines, sample }) {
      const session = await runtime.load(sample.network, { engine: engines.baseline });
      equalBits(first(session, sample), sample.expected);
      equalBits(first(session, sample), sample.expected);
    },
  },
  {
    name: "relaxed SIMD is found, and its engine gives nearly the same numbers",
    async run({ runtime, engines, sample }) {
      expect(runtime.hasRelaxedSimd(), "hasRelaxedSimd() is false");
      const session = await runtime.load(sample.network, { engine: engines.relaxed });
      expect(session.build === "relaxed", `the session's build is ${session.build}`);
      const outputs = first(session, sample);
      nearlyEqual(outputs, sample.expected);
      equalBits(first(session, sample), outputs);
    },
  },
  {
    name: "the build that is asked for is the one that runs, or there is none",
    async run({ runtime, engines, sample }) {
      const session = await runtime.load(sample.network, { engine: engines.baseline, build: "baseline" });
      expect(session.build === "baseline", `the session's build is ${session.build}`);
      await refuses(
        () => runtime.load(sample.network, { engine: engines.relaxed, build: "baseline" }),
        runtime.RequestError,
        'build "baseline" was asked for, the engine is "relaxed"',
      );
    },
  },
  {
    name: "a damaged file is refused with the reason",
    async run({ runtime, engines, sample }) {
      const damaged = sample.network.slice();
      damaged[damaged.length - 100] ^= 1;
      const load = (network) => () => runtime.load(network, { engine: engines.baseline });
      await refuses(load(damaged), runtime.ModelError, "do not match their SHA-256");
      await refuses(load(sample.network.subarray(0, 1000)), runtime.ModelError, "bytes announced");
      await refuses(load(new Uint8Array(16)), runtime.ModelError, "not an espalier network");
    },
  },
  {
    name: "a network that needs more memory than maxBytes is refused",
    async run({ runtime, engines, sample }) {
      const { peakBytes } = await runtime.load(sample.network, { engine: engines.baseline });
      const load = (maxBytes) => runtime.load(sample.network, { engine: engines.baseline, maxBytes });
      await load(peakBytes);
      await refuses(() => load(peakBytes - 1), runtime.RequestError, `the limit is ${peakBytes - 1}`);
    },
  },
  {
    name: "a Response is read",
    async run({ runtime, engines, sample }) {
      const session = await runtime.load(new Response(sample.network), { engine: engines.baseline });
      equalBits(first(session, sample), sample.expected);
      const missing = new Response("gone", { status: 404 });
      await refuses(() => runtime.load(missing, { engine: engines.baseline }), runtime.ModelError, "HTTP 404");
    },
  },
  {
    name: "a profile has a time for every layer, whatever the clock does",
    async run({ runtime, engines, sample }) {
      const session = await runtime.load(sample.network, { engine: engines.baseline });
      const times = session.profile({ input: sample.input }, 3).map(({ milliseconds }) => milliseconds);
      expect(times.length === session.layers.length && times.every((time) => time >= 0), `times are ${times}`);
    },
  },
  {
    name: "two threads give the bits of one; where there can be no threads, one runs",
    async run({ runtime, engines, sample, hasThreads }) {
      const engine = hasThreads ? engines.baselineThreads : engines.baseline;
      const session = await runtime.load(sample.network, { engine, threads: { count: 2 } });
      expect(session.threads === (hasThreads ? 2 : 1), `${session.threads} threads run`);
      for (let i = 0; i < 20; i++) equalBits(first(session, sample), sample.expected);
      session.dispose();
    },
  },
  {
    name: "a worker that is handed in is a thread, as in a page",
    async run({ runtime, engines, sample, worker }) {
      if (!worker) return;
      const session = await runtime.load(sample.network, {
        engine: engines.baselineThreads,
        threads: { count: 2, worker },
      });
      expect(session.threads === 2, `${session.threads} threads run`);
      for (let i = 0; i < 20; i++) equalBits(first(session, sample), sample.expected);
      session.dispose();
    },
  },
  {
    name: "an engine for one thread is refused where two run",
    async run({ runtime, engines, sample, hasThreads }) {
      if (!hasThreads) return;
      const load = () => runtime.load(sample.network, { engine: engines.baseline, threads: { count: 2 } });
      await refuses(load, runtime.RequestError, "hand in espalier/engine/baseline-threads.wasm");
    },
  },
  {
    name: "the bundled engine runs, or says why it cannot and what can",
    async run({ runtime, sample, compilesBytes }) {
      if (!compilesBytes) {
        const refused = (options) =>
          refuses(() => runtime.load(sample.network, options), runtime.ModelError, "hand in a WebAssembly.Module");
        await refused({ build: "baseline" });
        await refused({ build: "relaxed" });
        return;
      }
      equalBits(first(await runtime.load(sample.network, { build: "baseline" }), sample), sample.expected);
      nearlyEqual(first(await runtime.load(sample.network, { build: "relaxed" }), sample), sample.expected);
      const threaded = await runtime.load(sample.network, { build: "relaxed", threads: { count: 2 } });
      nearlyEqual(first(threaded, sample), sample.expected);
      threaded.dispose();
    },
  },
];

/** Runs all checks and returns the name of each with its fault, `undefined` where there is none. */
export async function runChecks(given) {
  const results = [];
  for (const { name, run } of CHECKS) {
    const fault = await run(given).then(
      () => undefined,
      (error) => String(error?.stack ?? error),
    );
    results.push({ name, fault });
  }
  return results;
}

const first = (session, { input }) => session.run({ input })[session.outputs[0].name];

function expect(condition, fault) {
  if (!condition) throw new Error(fault);
}

function equalBits(actual, expected) {
  const bits = (numbers) => new Uint32Array(numbers.slice().buffer).join();
  expect(bits(actual) === bits(expected), `expected the bits of ${expected}, got ${actual}`);
}

function nearlyEqual(actual, expected) {
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...expected.map((number, i) => Math.abs(number - actual[i])));
  expect(
    actual.length === expected.length && difference <= RELAXED_TOLERANCE * largest,
    `differs by ${difference}, the largest output is ${largest}`,
  );
}

async function refuses(action, type, words) {
  const error = await action().then(
    () => undefined,
    (caught) => caught,
  );
  expect(error instanceof type, `expected a ${type.name} with "${words}", got ${error}`);
  expect(error.message.includes(words), `expected "${words}" in the message, got "${error.message}"`);
}
