/** Runs inside an engine: one network on espalier and its peers, in turn, as a line of JSON. */
import { openOrt } from "../peers/ort.mjs";
import { openTfjs } from "../peers/tfjs.mjs";
import { differenceOf } from "../../dist/bench/difference.js";
import { race } from "../../dist/bench/race.js";
import { compile, exportOnnx, load, MODELS, prune, runtimeRunner } from "../../dist/src/index.js";
import { randomInputs } from "../../dist/src/measure/latency.js";
import { simplify } from "../../dist/src/passes/index.js";

/** Threads of a peer spin for a while after a run; nobody is measured next to them. */
const REST_MS = 25;

/** How each peer opens a graph on inputs. */
const OPENERS = {
  ort: (graph, inputs, options) => openOrt(exportOnnx(graph), inputs, options),
  tfjs: (graph, inputs, options) => openTfjs(simplify(graph), inputs, options),
};

const job = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await measure(job)));
process.exit(0);

async function measure({ net, keep, peers, build, threads, runs, warmUpMs }) {
  const whole = MODELS[net]();
  const graph = keep ? (await prune(whole, { method: "l1", keep }, runtimeRunner({ build }))).graph : whole;
  const session = await open(graph, { build, threads });
  const dense = keep && (await open(whole, { build, threads }));
  const inputs = randomInputs(session);
  const ours = session.run(inputs);
  const { opened, missing } = await openPeers(peers, graph, tensorsOf(session, inputs), { threads });
  const differences = opened.map(({ outputs }) => differenceOf(ours, outputs));
  const contenders = [
    () => session.run(inputs),
    ...(dense ? [() => dense.run(inputs)] : []),
    ...opened.map(
      ({ peer }) =>
        () =>
          peer.run(),
    ),
  ];
  const [times, ...others] = await race(contenders, { runs, warmUpMs, restMs: threads > 1 ? REST_MS : 0 });
  const names = [...(dense ? ["dense"] : []), ...opened.map(({ name }) => name)];
  const figures = Object.fromEntries(
    ["dense", ...Object.keys(OPENERS)].flatMap((name) => figuresOf(name, others[names.indexOf(name)], times)),
  );
  return {
    net,
    macs: session.macs,
    denseMacs: dense?.macs ?? null,
    espalierMs: times.medianMs,
    espalierMinMs: times.minMs,
    ...figures,
    maxAbs: largest(differences.map(({ maxAbs }) => maxAbs)),
    maxRelative: largest(differences.map(({ maxRelative }) => maxRelative)),
    why: missing.length > 0 ? missing.join("; ") : null,
  };
}

async function open(graph, { build, threads }) {
  const session = await load(compile(graph), { build, threads: { count: threads } });
  if (session.threads !== threads) throw new Error(`espalier has ${session.threads} threads here`);
  return session;
}

/** Those that could run, with the outputs of a first run, and why the others could not. */
async function openPeers(names, graph, tensors, options) {
  const [opened, missing] = [[], []];
  for (const name of names) {
    try {
      const peer = await OPENERS[name](graph, tensors, options);
      opened.push({ name, peer, outputs: await peer.run() });
    } catch (error) {
      missing.push(`${name}: ${error?.message ?? error}`);
    }
  }
  return { opened, missing };
}

function tensorsOf(session, inputs) {
  return Object.fromEntries(session.inputs.map(({ name, shape }) => [name, { shape, data: inputs[name] }]));
}

function figuresOf(name, theirs, ours) {
  return [
    [`${name}Ms`, theirs?.medianMs ?? null],
    [`${name}MinMs`, theirs?.minMs ?? null],
    [`${name}Ratio`, theirs ? theirs.medianMs / ours.medianMs : null],
  ];
}

/** JSON has no infinity. */
function largest(values) {
  return values.length > 0 ? Math.min(Math.max(...values), Number.MAX_VALUE) : null;
}
