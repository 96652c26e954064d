/**
 * Runs inside an engine: sparse convolutions beside their dense forms, kernels in turn; the answer as a line of JSON.
 */
import process from "node:process";
import { compile } from "../../src/compile/encode.js";
import { EspalierError } from "../../src/errors.js";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { uniform } from "../../src/random.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { type Build, load, type Session } from "../../src/runtime/index.js";
import { chooseByRule, type ConvLayer } from "../../src/runtime/kernels/convolution.js";
import { CONV_KERNELS } from "../../src/runtime/kernels/index.js";
import { convLayerOf } from "../../src/runtime/layers/sparse-convolution.js";
import { checksLoads } from "../../src/runtime/target.js";
import { type ConvShape, parseShape } from "../kernels/shapes.js";
import { playRounds, runFor } from "../rounds.js";
import { layerGraph, INPUT, LAYER } from "./filters.js";
import { KINDS } from "./kinds/index.js";
import type { Kind, KindName, Variant } from "./kinds/kind.js";

export interface Options {
  readonly build: Build;
  readonly threads: number;
  /** Measured rounds; each runs every kernel once. */
  readonly runs: number;
}

export interface Job extends Options {
  readonly kinds: readonly KindName[];
  /** Instead of each kind's own. */
  readonly shapes?: readonly ConvShape[];
}

/** One sparse convolution. Times are medians of the same rounds. */
export interface SparseRow {
  readonly kind: KindName;
  /** As a line of bench/shapes. */
  readonly shape: string;
  readonly pattern: string;
  /** Share of the multiply-adds that went. */
  readonly sparsity: number;
  /** The fastest that makes use of the sparsity. */
  readonly kernel: string;
  readonly ms: number;
  /** The dense convolution with the kernel that is fastest for it. */
  readonly denseKernel: string;
  readonly denseMs: number;
  /** denseMs / ms. */
  readonly speedup: number;
  /** What the runtime's rule picks for the sparse convolution, what that takes, and whether it is a dense kernel. */
  readonly picked: string;
  readonly pickedMs: number;
  readonly runsDense: boolean;
  /** The dense convolution of the channels that are left, where there is one. */
  readonly smallerMs?: number;
}

/** One session that is measured. */
interface Candidate {
  readonly kernel: string;
  /** Equal for candidates that run the same code. */
  readonly code: string;
  readonly session: Session;
}

/** The candidates of one variant: forced to each kernel that uses the sparsity, or left to the rule. */
interface Entry {
  readonly kind: KindName;
  readonly variant: Variant;
  readonly picked: string;
  readonly candidates: readonly Candidate[];
  readonly smaller: Candidate | undefined;
}

/** Milliseconds of one kernel until engines have compiled its fast code. */
const WARM_UP_MS = 250;
/** A sample lasts so long at least, so that clocks and interruptions matter little. */
const SAMPLE_MS = 0.4;

async function measure({ kinds, shapes, ...options }: Job): Promise<SparseRow[]> {
  const wanted = KINDS.filter(({ kind }) => kinds.includes(kind));
  const byShape = new Map<string, { shape: ConvShape; kinds: Kind[] }>();
  for (const kind of wanted) {
    for (const shape of (shapes ?? kind.shapes.map((line) => parseShape(line, kind.kind))).filter(kind.applies)) {
      const entry = byShape.get(shape.text) ?? { shape, kinds: [] };
      byShape.set(shape.text, entry);
      entry.kinds.push(kind);
    }
  }
  const rows: SparseRow[] = [];
  let done = 0;
  for (const { shape, kinds } of byShape.values()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${++done}/${byShape.size} ${shape.text}\u001b[K`);
    rows.push(...(await measureShape(shape, kinds, options)));
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  return rows.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** All kinds of one shape share the measured rounds, and the dense convolution. */
async function measureShape(shape: ConvShape, kinds: readonly Kind[], options: Options): Promise<SparseRow[]> {
  const graph = layerGraph(shape);
  const layer = await layerOf(graph);
  const dense = await openAll(graph, CONV_KERNELS.filter((kernel) => kernel.fits(layer)).map(nameOf), "dense", options);
  const entries: Entry[] = [];
  for (const kind of kinds) {
    for (const variant of kind.variants(shape, graph)) {
      entries.push({ kind: kind.kind, variant, ...(await openVariant(kind.kind, variant, layer, options)) });
    }
  }
  const all = [
    dense,
    ...entries.map(({ candidates, smaller }) => [...candidates, ...(smaller ? [smaller] : [])]),
  ].flat();
  const times = await timesOf(all, options);
  for (const { session } of all) session.dispose();
  const fastest = (candidates: readonly Candidate[]) =>
    candidates.reduce((best, candidate) => (times.get(candidate)! < times.get(best)! ? candidate : best));
  const denseBest = fastest(dense);
  return entries.map(({ kind, variant: { pattern, sparsity }, picked, candidates, smaller }) => {
    const best = fastest(candidates);
    const [ms, denseMs] = [times.get(best)!, times.get(denseBest)!];
    const pick = [...candidates, ...dense].find(({ kernel }) => kernel === picked)!;
    const figures = { kernel: best.kernel, ms, denseKernel: denseBest.kernel, denseMs, speedup: denseMs / ms };
    return {
      ...{ kind, shape: shape.text, pattern, sparsity, ...figures, picked, pickedMs: times.get(pick)! },
      runsDense: !candidates.includes(pick),
      ...(smaller ? { smallerMs: times.get(smaller)! } : {}),
    };
  });
}

/** Sparse weights are measured with each kernel that only they fit; whatever else is sparse as the runtime takes it. */
async function openVariant(kind: KindName, { graph, smaller }: Variant, dense: ConvLayer, options: Options) {
  const layer = await layerOf(graph);
  const small = smaller && (await openAll(smaller, [undefined], kind, options))[0];
  const kernels = CONV_KERNELS.filter((kernel) => kernel.fits(layer) && !kernel.fits(dense)).map(nameOf);
  const candidates = await openAll(graph, kernels.length > 0 ? kernels : [undefined], kind, options);
  const isOwn = kernels.length > 0;
  const picked = isOwn ? chooseByRule(layer, { ...options, checksLoads }).kernel : candidates[0]!.kernel;
  return { picked, candidates, smaller: small };
}

const nameOf = ({ name }: { readonly name: string }) => name;

/** Medians, in milliseconds of one run. */
async function timesOf(candidates: readonly Candidate[], { runs }: Options): Promise<Map<Candidate, number>> {
  const contenders = [];
  for (const { code, session } of candidates) {
    const once = () => session.layers.reduce((sum, layer) => sum + session.time(layer, 1), 0);
    const first = await warmUp(code, once);
    const times = Math.ceil(SAMPLE_MS / Math.max(0.001, first));
    contenders.push(() => session.layers.reduce((sum, layer) => sum + session.time(layer, times), 0) / times);
  }
  const times = await playRounds(contenders, { runs });
  return new Map(candidates.map((candidate, i) => [candidate, times[i]!.medianMs]));
}

const warm = new Set<string>();

/** Code's first runs are slow for long, those of the next convolutions only while caches fill. The last run's time. */
async function warmUp(code: string, run: () => number): Promise<number> {
  const times = await runFor(run, warm.has(code) ? 0 : WARM_UP_MS);
  warm.add(code);
  return times.at(-1)!;
}

/** The convolution of a graph as its kernels see it. */
async function layerOf(graph: Graph): Promise<ConvLayer> {
  const network = await decodeFile(compile(graph));
  const at = network.layers.findIndex(({ op }) => op.type === "convolution");
  const { op, inputs } = network.layers[at]!;
  if (op.type !== "convolution") throw new Error("every kind has a convolution");
  const read = network.inputs[inputs[0]!]?.shape ?? [1, op.filter.shape[1]! * op.groups, 0, 0];
  const [, , ih, iw] = graph.inputs[0]!.shape;
  return convLayerOf(op, [1, read[1]!, ih!, iw!]);
}

/** The graph with each kernel for its convolution, the rule's where none is said; each has run once. */
async function openAll(
  graph: Graph,
  kernels: readonly (string | undefined)[],
  what: string,
  { build, threads }: Options,
): Promise<Candidate[]> {
  const file = compile(graph);
  const { shape } = graph.inputs[0]!;
  const next = uniform(1);
  const inputs = { [INPUT]: Float32Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1) };
  const open = async (kernel: string | undefined): Promise<Candidate> => {
    const tuning = kernel === undefined ? undefined : { build, threads, kernels: { [LAYER]: kernel } };
    const session = await load(file, { build, tuning, ...(threads > 1 ? { threads: { count: threads } } : {}) });
    session.run(inputs);
    const taken = kernel ?? session.layers.find(({ name }) => name.includes(LAYER))!.kernel;
    return { kernel: taken, code: `${taken} ${what}`, session };
  };
  return Promise.all(kernels.map(open));
}

try {
  const rows = await measure(JSON.parse(process.argv[2]!) as Job);
  // Deno does not end by itself while a thread sleeps.
  process.stdout.write(`${JSON.stringify({ rows })}\n`, () => process.exit());
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  console.error(`bench:sparse: ${error.message}`);
  process.exitCode = error.exitCode;
}
