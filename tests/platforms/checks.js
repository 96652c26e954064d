/**
 * What holds of the runtime on every platform. Runs inside the platform, so it imports nothing: runtime, engines and samples are
 * handed in. `given` of each check is
 *
 *   runtime       the module "espalier/runtime" as the platform resolves it
 *   engines       compiled modules: baseline, relaxed, and baselineThreads where there are threads
 *   samples       what samples.mjs made
 *   files         the address of a server with the network and its faults (file-server.mjs)
 *   platform      compilesBytes, hasThreads, hasWorkers, runsRelaxed: what the platform can do
 *   worker        makes a worker of "espalier/worker" where the platform does not find it by itself
 */

/** The bound of the relaxed build: relaxed instructions round differently, by at most this share of the largest output. */
const RELAXED_BOUND = 1e-5;

/** THE list of checks. Each throws where the platform falls short; what it returns was measured. */
const CHECKS = [
  {
    name: "the baseline engine gives the bits that Node gives, run after run, network after network",
    async run({ runtime, engines, samples }) {
      for (const sample of samples.networks) {
        const session = await runtime.load(bytesOf(sample.network), { engine: engines.baseline });
        for (let i = 0; i < 3; i++) equalOutputs(session.run(inputsOf(sample)), sample);
      }
    },
  },
  {
    name: "relaxed SIMD is found where it is, and its engine stays within the bound",
    async run({ runtime, engines, samples, platform }) {
      expect(runtime.hasRelaxedSimd() === platform.runsRelaxed, `hasRelaxedSimd() is ${runtime.hasRelaxedSimd()}`);
      if (!platform.runsRelaxed) return "there is none here";
      let worst = 0;
      for (const sample of samples.networks) {
        const session = await runtime.load(bytesOf(sample.network), { engine: engines.relaxed });
        expect(session.build === "relaxed", `the session's build is ${session.build}`);
        const outputs = session.run(inputsOf(sample));
        worst = Math.max(worst, differenceOf(outputs, sample));
        const again = session.run(inputsOf(sample));
        for (const name of Object.keys(outputs)) equalBits(again[name], outputs[name]);
      }
      expect(worst <= RELAXED_BOUND, `differs by ${worst} of the largest output`);
      return `at most ${worst.toExponential(1)} of the largest output`;
    },
  },
  {
    name: "the build that is asked for is the one that runs, or there is none",
    async run({ runtime, engines, samples, platform }) {
      const network = bytesOf(samples.classifier.network);
      for (const engine of [engines.baseline, undefined]) {
        const session = await runtime.load(network, { engine, build: "baseline" });
        expect(session.build === "baseline", `the session's build is ${session.build}`);
      }
      if (!platform.runsRelaxed) return;
      await refuses(
        () => runtime.load(network, { engine: engines.relaxed, build: "baseline" }),
        runtime.RequestError,
        'build "baseline" was asked for, the engine is "relaxed"',
      );
    },
  },
  {
    name: "the package's own engine is found and runs",
    async run({ runtime, samples, platform }) {
      const [sample] = samples.networks;
      equalOutputs((await runtime.load(bytesOf(sample.network), { build: "baseline" })).run(inputsOf(sample)), sample);
      const session = await runtime.load(bytesOf(sample.network));
      expect(session.build === (platform.runsRelaxed ? "relaxed" : "baseline"), `auto is ${session.build}`);
      expect(differenceOf(session.run(inputsOf(sample)), sample) <= RELAXED_BOUND, "the numbers differ");
    },
  },
  {
    name: "bytes of an engine are compiled, or it is said why not and what can be done",
    async run({ runtime, engineBytes, samples, platform }) {
      const [sample] = samples.networks;
      const load = () => runtime.load(bytesOf(sample.network), { engine: engineBytes });
      if (!platform.compilesBytes) return refuses(load, runtime.ModelError, "hand in a WebAssembly.Module");
      equalOutputs((await load()).run(inputsOf(sample)), sample);
    },
  },
  {
    name: "a network over HTTP is read with progress",
    async run({ runtime, samples, files }) {
      const [sample] = samples.networks;
      const heard = [];
      const session = await runtime.load(fetch(`${files}/network.esp`), {
        build: "baseline",
        onProgress: (bytes, total) => heard.push([bytes, total]),
      });
      equalOutputs(session.run(inputsOf(sample)), sample);
      const length = bytesOf(sample.network).length;
      expect(heard.length > 0 && heard.at(-1).join() === `${length},${length}`, `progress was ${heard.join(" ")}`);
    },
  },
  ...[
    ["damaged", "do not match their SHA-256"],
    ["truncated", "bytes announced"],
    ["cut-off", "the response broke off after"],
    ["missing", "HTTP 404"],
  ].map(([fault, words]) => ({
    name: `a network that is ${fault} over HTTP is refused with the reason`,
    run: async ({ runtime, files }) =>
      refuses(() => runtime.load(fetch(`${files}/faults/${fault}`)), runtime.ModelError, words),
  })),
  {
    name: "a network that needs more memory than maxBytes is refused",
    async run({ runtime, samples }) {
      const network = bytesOf(samples.classifier.network);
      const { peakBytes } = await runtime.load(network);
      await runtime.load(network, { maxBytes: peakBytes });
      const load = () => runtime.load(network, { maxBytes: peakBytes - 1 });
      await refuses(load, runtime.RequestError, `the limit is ${peakBytes - 1}`);
    },
  },
  {
    name: "a picture's pixels become Node's bits, and its classes have names",
    async run({ runtime, samples }) {
      const { network, pixels, input, found } = samples.classifier;
      const session = await runtime.load(bytesOf(network), { build: "baseline" });
      const inputs = runtime.pixels(session, { ...pixels, data: bytesOf(pixels.data) });
      equalBits(inputs.input, numbersOf(input));
      const best = runtime.classes(session, session.run(inputs));
      expect(best[0].label === found["picture.png"][0].label, `found ${JSON.stringify(best)}`);
    },
  },
  {
    name: "slices give the bits of one piece; a run that is aborted leaves a session that runs again",
    async run({ runtime, samples }) {
      const [sample] = samples.networks;
      const session = await runtime.load(bytesOf(sample.network), { build: "baseline" });
      equalOutputs(await session.runAsync(inputsOf(sample), { budgetMs: 0 }), sample);
      const controller = new AbortController();
      const options = { budgetMs: 0, signal: controller.signal };
      const run = refuses(() => session.runAsync(inputsOf(sample), options), Error, "enough");
      for (let turn = 0; turn < 3; turn++) await messageTurn();
      controller.abort(new Error("enough"));
      await run;
      equalOutputs(session.run(inputsOf(sample)), sample);
      equalOutputs(await session.runAsync(inputsOf(sample)), sample);
    },
  },
  {
    name: "layers say what they cost without a clock; a profile has a time for each, whatever the clock does",
    async run({ runtime, samples }) {
      const [sample] = samples.networks;
      const session = await runtime.load(bytesOf(sample.network));
      expect(session.layers.every(({ macs, bytes }) => macs >= 0 && bytes >= 0) && session.macs > 0, "no counters");
      const times = session.profile(inputsOf(sample), 3).map(({ milliseconds }) => milliseconds);
      expect(times.length === session.layers.length && times.every((time) => time >= 0), `times are ${times}`);
    },
  },
  {
    name: "two threads give the bits of one; where there can be no threads, one runs",
    async run({ runtime, samples, platform: { hasThreads }, worker }) {
      const [sample] = samples.networks;
      const session = await runtime.load(bytesOf(sample.network), { build: "baseline", threads: { count: 2, worker } });
      expect(session.threads === (hasThreads ? 2 : 1), `${session.threads} threads run`);
      for (let i = 0; i < 20; i++) equalOutputs(session.run(inputsOf(sample)), sample);
      session.dispose();
    },
  },
  {
    name: "an engine for one thread is refused where two run",
    async run({ runtime, engines, samples, platform: { hasThreads }, worker }) {
      if (!hasThreads) return;
      const network = bytesOf(samples.classifier.network);
      const load = () => runtime.load(network, { engine: engines.baseline, threads: { count: 2, worker } });
      await refuses(load, runtime.RequestError, "hand in espalier/engine/baseline-threads.wasm");
    },
  },
  {
    name: "a session in a worker has the same face and gives the same bits, or it is said that there are no workers",
    async run({ runtime, samples, platform: { hasWorkers } }) {
      const [sample] = samples.networks;
      const load = () => runtime.loadRemote(bytesOf(sample.network), { build: "baseline" });
      if (!hasWorkers) return refuses(load, runtime.RequestError, "there are no workers here");
      const session = await load();
      equalOutputs(await session.run(inputsOf(sample)), sample);
      await refuses(() => session.run({}), runtime.RequestError, "no value was given for this input");
      const controller = new AbortController();
      const runs = [1, 2].map(() =>
        refuses(() => session.run(inputsOf(sample), { signal: controller.signal }), Error, "enough"),
      );
      await Promise.resolve().then(() => controller.abort(new Error("enough")));
      await Promise.all(runs);
      equalOutputs(await session.run(inputsOf(sample)), sample);
      session.dispose();
    },
  },
];

/** Runs all checks and returns the name of each with what it measured, and its fault, `undefined` where there is none. */
export async function runChecks(given) {
  const results = [];
  for (const { name, run } of CHECKS) {
    results.push(
      await Promise.resolve(given)
        .then(run)
        .then(
          (measured) => ({ name, measured }),
          (error) => ({ name, fault: String(error?.stack ?? error) }),
        ),
    );
  }
  return results;
}

/** Pictures at a time in `wear`: so that a session that is forgotten weighs megabytes. */
const WORN_BATCH = 128;
const WORN_BYTES = 7e6;

/** Runs a session so often, and loads, runs and disposes of so many others. Whoever calls looks at the memory before and after. */
export async function wear({ runtime, samples }, { runs, cycles }) {
  const network = bytesOf(samples.classifier.network);
  const [sample] = samples.networks;
  const session = await runtime.load(network, { build: "baseline" });
  const inputs = inputsOf(sample);
  for (let i = 0; i < runs; i++) {
    session.run(inputs);
    if (i % 500 === 0) await messageTurn();
  }
  equalOutputs(session.run(inputs), sample);
  session.dispose();
  const shape = [WORN_BATCH, ...session.inputs[0].shape.slice(1)];
  const many = { input: new Float32Array(shape.reduce((product, size) => product * size)) };
  for (let i = 0; i < cycles; i++) {
    const other = await runtime.load(network, { build: "baseline", shapes: { input: shape } });
    expect(other.peakBytes > WORN_BYTES, `only ${other.peakBytes} bytes`);
    other.run(many);
    other.dispose();
    if (i % 10 === 0) await collectGarbage();
  }
  for (let i = 0; i < 3; i++) await collectGarbage();
}

/** Where it can be asked for; elsewhere garbage may wait. */
async function collectGarbage() {
  globalThis.gc?.();
  await messageTurn();
}

/** What is worn before memory is looked at for the first time, and what after it. */
export const WEAR = { first: { runs: 1000, cycles: 50 }, second: { runs: 10_000, cycles: 100 } };
/** Bytes by which memory may be larger afterwards: a seventh of what 100 forgotten sessions would hold. */
const MOST_GROWTH = (100 / 7) * WORN_BYTES;

/** What is said of the bytes of memory before and after. */
export function judgeWear(before, after) {
  const growth = after - before;
  return {
    name: "10,000 runs and 100 loads and disposals leave memory where it was",
    measured: `${(growth / 2 ** 20).toFixed(1)} MB more`,
    ...(growth > MOST_GROWTH ? { fault: `${before} bytes before, ${after} after` } : {}),
  };
}

const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const numbersOf = (text) => new Float32Array(bytesOf(text).buffer);
const decoded = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, text]) => [name, numbersOf(text)]));
const inputsOf = ({ inputs }) => decoded(inputs);

/** Waits until a message has come, as slices do. */
function messageTurn() {
  const { port1, port2 } = new MessageChannel();
  const come = new Promise((resolve) => (port1.onmessage = resolve));
  port2.postMessage(0);
  return come.finally(() => port1.close());
}

function expect(condition, fault) {
  if (!condition) throw new Error(fault);
}

function equalOutputs(actual, sample) {
  for (const [name, numbers] of Object.entries(decoded(sample.outputs))) equalBits(actual[name], numbers);
}

function equalBits(actual, expected) {
  const bits = (numbers) => new Uint32Array(numbers.slice().buffer).join();
  expect(bits(actual) === bits(expected), `expected the bits of ${expected}, got ${actual}`);
}

/** The largest difference between outputs, as a share of the output's largest number. */
function differenceOf(actual, sample) {
  const each = Object.entries(decoded(sample.outputs)).map(([name, expected]) => {
    const largest = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((number, i) => Math.abs(number - actual[name][i]))) / largest;
  });
  return Math.max(...each);
}

async function refuses(action, type, words) {
  const error = await Promise.resolve()
    .then(action)
    .then(
      () => undefined,
      (caught) => caught,
    );
  expect(error instanceof type, `expected a ${type.name} with "${words}", got ${error}`);
  expect(error.message.includes(words), `expected "${words}" in the message, got "${error.message}"`);
}
