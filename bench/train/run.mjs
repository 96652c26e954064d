/**
 * `npm run bench:train [-- options]`: training steps of one network on espalier, PyTorch and tfjs, in turn, each in a process of
 * its own that waits while others run. Fails where the losses of the first steps are further apart than 1e-3 of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../../scripts/checkout.mjs";
import { setup } from "../../scripts/setup.mjs";
import { installPeers } from "../peers/install.mjs";
import { findTorch } from "./python.mjs";

const TOLERANCE = 1e-3;
/** Threads of PyTorch, and of espalier, spin for a while after a step; nobody is measured next to them. */
const REST_MS = 50;
const PROFILED_STEPS = 7;
/**
 * PyTorch's threads wait awake for 300,000 turns unless told otherwise. Where a core is taken they wait for one that cannot come:
 * a step on two threads took ten times as long on a machine that others used.
 */
const TORCH_ENV = { GOMP_SPINCOUNT: process.env.GOMP_SPINCOUNT ?? "10000" };
/** A step of tfjs takes so long that it needs one round, behind those of the others, and no warm-up beyond its first two steps. */
const SLOW_ROUNDS = 1;
const TFJS_BACKENDS = { tfjs: "cpu", "tfjs-wasm": "wasm" };

await setup();
const { runCommand } = await import("../../dist/bench/command.js");
const { playRounds, summarise } = await import("../../dist/bench/rounds.js");
const { raceTimed } = await import("../../dist/bench/race.js");
const { writeSection } = await import("../../dist/bench/sections.js");
const figures = await import("../../dist/bench/train/figures.js");
const { PEERS, trainOptions } = await import("../../dist/bench/train/options.js");
const { gradientShareOf, partsOf } = await import("../../dist/bench/train/parts.js");
const { randomBatch, rolesOf, RULE, writeTask } = await import("../../dist/bench/train/task.js");
const { MODELS } = await import("../../dist/src/models/index.js");
const { sgd, TrainingStep } = await import("../../dist/src/train/index.js");
const { EspalierError } = await import("../../dist/src/errors.js");
const { withChildren } = await import("../conversation.mjs");
const { commandOf, ENGINES, openEngine } = await import("../engines.mjs");

const NODES = ENGINES.filter((engine) => engine.startsWith("node"));

await runCommand("bench:train", trainOptions(NODES), async ({ json, write, ...options }) => {
  if (options.peers.some((peer) => peer.startsWith("tfjs"))) installPeers();
  const report = await measure(options, await openEngine(options));
  console.log(json ? JSON.stringify(report) : figures.formatReport(report));
  if (write) writeSection(inRoot("bench/README.md"), "train", figures.keyOf(report), figures.formatMarkdown(report));
  const faults = faultsOf(report);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
});

async function measure(options, { engine, version, cpu, build }) {
  const folder = mkdtempSync(join(tmpdir(), "espalier-bench-"));
  try {
    const torch = options.peers.includes("pytorch") ? findTorch() : {};
    if (torch.program) writeBatch(folder, options);
    const contenders = contendersOf({ ...options, engine, build, torch }, folder);
    return await withChildren(
      contenders.map(({ command }) => command),
      async (children) => {
        contenders.forEach((contender, i) => (contender.child = children[i]));
        const { net, batch, steps, rounds } = options;
        const date = new Date().toISOString().slice(0, 10);
        const facts = { net, batch, engine, version, build, cpu, date, steps, rounds };
        return { ...facts, ...(await raceAll(contenders, { ...options, torch })) };
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeBatch(folder, { net, batch }) {
  const graph = MODELS[net]();
  writeTask(folder, graph, [randomBatch(graph, batch, rolesOf(graph).classes)]);
}

/** Who takes part, and how each is started. */
function contendersOf({ net, batch, threads, steps, engine, build, peers, tfjsBatch, torch }, folder) {
  const ours = threads.map((count) => {
    const command = commandOf(engine, "bench/train/espalier.mjs", { net, batch, threads: count, build });
    return { name: "espalier", threads: count, batch, steps, command };
  });
  const pytorch = (torch.program ? threads : []).map((count) => {
    const words = [inRoot("bench/train/pytorch.py"), "race", folder, String(count)];
    return {
      name: "pytorch",
      threads: count,
      batch,
      steps,
      command: { program: torch.program, words, env: TORCH_ENV, folder },
    };
  });
  const tfjs = peers
    .filter((name) => name in TFJS_BACKENDS)
    .map((name) => {
      const job = { net, batch: tfjsBatch, backend: TFJS_BACKENDS[name] };
      const command = commandOf("node", "bench/train/tfjs.mjs", job);
      return { name, threads: 1, batch: tfjsBatch, steps: 1, slow: true, command };
    });
  return [...ours, ...pytorch, ...tfjs];
}

async function raceAll(contenders, options) {
  const { rounds, warmUpMs, profile } = options;
  const ours = contenders.filter(({ name }) => name === "espalier");
  for (const { child } of ours) {
    if (child.fault !== undefined) throw new EspalierError(`could not train: ${child.fault}`, "espalier");
  }
  const ready = contenders.filter(({ child }) => child.hello);
  const [fast, slow] = [ready.filter((each) => !each.slow), ready.filter((each) => each.slow)];
  note(fast, await raceTimed(fast.map(runOf), { runs: rounds, warmUpMs, restMs: REST_MS }), rounds);
  note(slow, await playRounds(slow.map(runOf), { runs: SLOW_ROUNDS, restMs: REST_MS }), SLOW_ROUNDS);
  const alone = ours.find((each) => each.threads === 1);
  const profiled = alone && (await alone.child.ask({ profiled: PROFILED_STEPS })).steps;
  const rows = ours.map(({ rate }) => rate);
  const theirs = [];
  for (const name of PEERS) theirs.push([name, await peerOf(name, contenders, rows, options)]);
  return {
    rows,
    peers: Object.fromEntries(theirs),
    gradientShare: profiled ? gradientShareOf(profiled) : null,
    profile: profiled && profile ? partsOf(profiled) : null,
    memoryBytes: Math.max(...ours.map(({ child }) => child.hello.memoryBytes)),
  };
}

/** Notes the time on processors beside the time on the clock. */
function runOf(contender) {
  contender.cpuTimes = [];
  return async () => {
    const { ms, cpuMs } = await contender.child.ask({ steps: contender.steps });
    contender.cpuTimes.push(cpuMs);
    return ms;
  };
}

/** `runs` were measured, behind those of the warm-up. */
function note(contenders, times, runs) {
  contenders.forEach((each, i) => {
    const cpuMs = summarise(each.cpuTimes.slice(-runs)).medianMs;
    each.rate = figures.rateOf({ ...times[i], cpuMs }, each.threads, each.batch, each.steps);
  });
}

/** A peer's figures with the fewest threads in front; where it is not there, why. */
async function peerOf(name, contenders, ours, { peers, net, batch, torch }) {
  const missing = (reason) => ({ imagesPerSecond: null, reason });
  if (!peers.includes(name)) return missing(figures.NOT_ASKED);
  const own = contenders.filter((each) => each.name === name);
  const present = own.filter(({ child }) => child.hello);
  if (present.length === 0) return missing(own[0]?.child.fault ?? torch.reason);
  const [first] = present;
  const { version, losses } = first.child.hello;
  const rates = present.map(({ rate }) => rate);
  const rows = figures.peerRates(rates, first.batch, ours, batch);
  return {
    imagesPerSecond: first.rate.imagesPerSecond,
    version,
    threads: first.threads,
    batch: first.batch,
    lossDifference: figures.lossDifference(losses, await ownLosses(net, first.batch, losses.length)),
    rows: rows.map((row, i) => ({ ...row, layout: present[i].child.hello.layout })),
  };
}

/** The losses of espalier's first steps. */
async function ownLosses(net, batch, steps) {
  const graph = MODELS[net]();
  const trained = await TrainingStep.open(graph, { batch, optimiser: sgd(RULE) });
  const { images, labels } = randomBatch(graph, batch, trained.classes);
  return Array.from({ length: steps }, (_, i) => {
    const { loss } = trained.run(images, labels);
    trained.update(RULE.learningRate, i + 1);
    return loss;
  });
}

function faultsOf({ peers }) {
  return Object.entries(peers).flatMap(([name, { lossDifference }]) =>
    lossDifference > TOLERANCE ? [`${name}: losses of the first steps are ${lossDifference} of them apart`] : [],
  );
}
