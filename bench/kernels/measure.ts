/**
 * Runs inside an engine: every convolution of a job with every kernel that can compute it, kernels in turn, and the machine's
 * peak in between; the answer as a line of JSON.
 */
import { chooseMask } from "../../src/compile/mask.js";
import process from "node:process";
import { EspalierError } from "../../src/errors.js";
import type { Network, Weights } from "../../src/gen/network.js";
import { uniform } from "../../src/random.js";
import { type Build, loadNetwork, type Session } from "../../src/runtime/index.js";
import { CONV_KERNELS } from "../../src/runtime/kernels/index.js";
import { convLayerOf } from "../../src/runtime/layers/sparse-convolution.js";
import { type Contender, playRounds, runFor } from "../rounds.js";
import { type ConvShape, parseShape } from "./shapes.js";

export interface Options {
  readonly build: Build;
  readonly threads: number;
  /** Measured rounds; each runs every kernel once. */
  readonly runs: number;
}

export interface Job extends Options {
  readonly shapes: readonly ConvShape[];
}

export interface KernelRow {
  readonly shape: string;
  readonly name: string;
  readonly kernel: string;
  readonly ms: number;
  /** Of the plain definition: two for each of its multiply-adds, whatever the kernel saves. */
  readonly gflops: number;
  readonly shareOfPeak: number;
  /** Whether the rule picks this kernel. */
  readonly picked: boolean;
}

export interface Measured {
  readonly peakGflops: number;
  readonly rows: readonly KernelRow[];
}

/** Milliseconds of one kernel until engines have compiled its fast code. */
const WARM_UP_MS = 60;
/**
 * Convolutions of few pixels whose filters (24 to 30 kB) and packed pixels (2 to 16 kB) stay in the first-level cache, and whose sums
 * are long enough, with rows enough, that packing and storing hardly count.
 */
const PEAK_SHAPES = ["64x1x8 120", "64x2x8 96", "64x4x8 60", "128x2x8 48", "128x4x8 48"].map((sizes) =>
  parseShape(`${sizes} 1x1 s1 g1`, "peak"),
);
/** Runs of such a convolution in one sample, and samples each time that the peak is looked for. */
const PEAK_RUNS = 100;
const PEAK_SAMPLES = 5;
/** The peak is looked for again before every so many convolutions. */
const PEAK_EVERY = 4;

/** One convolution with one kernel. */
interface Candidate {
  readonly kernel: string;
  readonly session: Session;
}

async function measure({ shapes, ...options }: Job): Promise<Measured> {
  const findPeak = await openPeak(options);
  let peak = 0;
  const rows: Omit<KernelRow, "shareOfPeak">[] = [];
  for (const [i, shape] of shapes.entries()) {
    if (i % PEAK_EVERY === 0) peak = Math.max(peak, findPeak());
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1}/${shapes.length} ${shape.text}\u001b[K`);
    rows.push(...(await measureShape(shape, options)));
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  peak = Math.max(peak, findPeak()) * options.threads;
  return { peakGflops: peak, rows: rows.map((row) => ({ ...row, shareOfPeak: row.gflops / peak })) };
}

async function measureShape(shape: ConvShape, options: Options): Promise<Omit<KernelRow, "shareOfPeak">[]> {
  const rule = await open(shape, options);
  const picked = rule.tuning.kernels[LAYER]!;
  rule.dispose();
  const candidates = await openAll(shape, options);
  const inputs = { x: drawNumbers(shape.ic * shape.ih * shape.iw, 1) };
  const once = ({ session }: Candidate) => session.profile(inputs, 1)[0]!.milliseconds;
  const contenders = candidates.map((candidate) => () => once(candidate));
  for (const [i, { kernel }] of candidates.entries()) await warmUp(kernel, contenders[i]!);
  const times = await playRounds(contenders, options);
  return candidates.map(({ kernel, session }, i) => {
    const ms = times[i]!.medianMs;
    session.dispose();
    return { shape: shape.text, name: shape.name, kernel, ms, gflops: rate(session, ms), picked: kernel === picked };
  });
}

const rate = ({ macs }: Session, milliseconds: number) => (2 * macs) / milliseconds / 1e6;

const warm = new Set<string>();

/** A kernel's first runs are slow for long, those of the next convolutions only while caches fill. */
async function warmUp(kernel: string, run: Contender): Promise<void> {
  await runFor(run, warm.has(kernel) ? 0 : WARM_UP_MS);
  warm.add(kernel);
}

/** A function that gives the fastest rate of one thread. */
async function openPeak(options: Options): Promise<() => number> {
  const candidates = (await Promise.all(PEAK_SHAPES.map((shape) => openAll(shape, { ...options, threads: 1 })))).flat();
  const sample = ({ session }: Candidate) => session.time(session.layers[0]!, PEAK_RUNS);
  for (const candidate of candidates) await warmUp(candidate.kernel, () => sample(candidate));
  return () => {
    let peak = 0;
    for (let i = 0; i < PEAK_SAMPLES; i++) {
      for (const candidate of candidates) peak = Math.max(peak, rate(candidate.session, sample(candidate) / PEAK_RUNS));
    }
    return peak;
  };
}

/** The convolution with each kernel that can compute it. */
async function openAll(shape: ConvShape, options: Options): Promise<Candidate[]> {
  const { op } = networkOf(shape).layers[0]!;
  if (op.type !== "convolution") throw new Error("networkOf makes convolutions");
  const layer = convLayerOf(op, [1, shape.ic, shape.ih, shape.iw]);
  const kernels = CONV_KERNELS.filter((kernel) => kernel.fits(layer)).map(({ name }) => name);
  return Promise.all(kernels.map(async (kernel) => ({ kernel, session: await open(shape, options, kernel) })));
}

/** A session with this kernel; with the rule's where none is said. */
async function open(shape: ConvShape, { build, threads }: Options, kernel?: string): Promise<Session> {
  const common = { build, ...(threads > 1 ? { threads: { count: threads } } : {}) };
  const tuning = kernel === undefined ? undefined : { build, threads, kernels: { [LAYER]: kernel } };
  return loadNetwork(networkOf(shape), { ...common, tuning });
}

const LAYER = "layer";

/** The convolution, and nothing else. */
function networkOf({ ic, ih, iw, oc, kh, kw, stride, groups, keep }: ConvShape): Network {
  const pads = [(kh - 1) / 2, (kw - 1) / 2, (kh - 1) / 2, (kw - 1) / 2];
  const filter = drawWeights([oc, ic / groups, kh, kw], keep);
  const op = { type: "convolution", strides: [stride, stride], dilations: [1, 1], pads, groups, filter } as const;
  return {
    version: 1,
    name: "kernels",
    inputs: [{ name: "x", shape: [1, ic, ih, iw], batch: "" }],
    layers: [{ name: LAYER, inputs: [0], op: { ...op, bias: drawWeights([oc]) } }],
    outputs: [{ name: "y", value: 1 }],
    labels: [],
    task: { kind: "tensors" },
    provenance: [],
  };
}

/** Weights as a file has them, of which this share is not 0. */
function drawWeights(shape: readonly number[], keep = 1): Weights {
  const count = shape.reduce((product, size) => product * size, 1);
  const next = uniform(3);
  const numbers = drawNumbers(count, 2).map((number) => (next() < keep ? number : 0));
  const { stored, ...which } = chooseMask(numbers, shape[0]!);
  return { shape, encoding: "f32", data: new Uint8Array(stored.slice().buffer), ...which };
}

/** Between -1 and 1. */
function drawNumbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

try {
  const measured = await measure(JSON.parse(process.argv[2]!) as Job);
  // Deno does not end by itself while a thread sleeps.
  process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  console.error(`bench:kernels: ${error.message}`);
  process.exitCode = error.exitCode;
}
