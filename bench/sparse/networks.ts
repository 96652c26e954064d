/** Runs inside an engine: whole networks of seeded weights, dense and sparse in turn; the answer as a line of JSON. */
import process from "node:process";
import { compile } from "../../src/compile/encode.js";
import type { Graph, Tensor } from "../../src/graph/graph.js";
import { randomInputs } from "../../src/measure/latency.js";
import { MODELS } from "../../src/models/index.js";
import type { ConvAttrs } from "../../src/ops/conv.js";
import { countMacs } from "../../src/ops/walk.js";
import { simplify } from "../../src/passes/index.js";
import { uniform } from "../../src/random.js";
import { load } from "../../src/runtime/index.js";
import { race } from "../race.js";
import type { Options } from "./measure.js";

export interface NetworkRow {
  readonly net: string;
  /** What is sparse in it. */
  readonly sparse: string;
  /** Share of the multiply-adds that went. */
  readonly sparsity: number;
  readonly ms: number;
  readonly denseMs: number;
  /** denseMs / ms. */
  readonly speedup: number;
  /** How many layers run on each kernel that the dense network does not use. */
  readonly kernels: Readonly<Record<string, number>>;
}

interface SparseNetwork {
  readonly net: keyof typeof MODELS;
  readonly sparse: string;
  /** The filter with zeros, if it is one that gets them. */
  thin(filter: Tensor, strides: readonly number[]): Float32Array | undefined;
}

/** THE list of networks. */
const NETWORKS: readonly SparseNetwork[] = [
  {
    net: "mobilenet_v2",
    sparse: "90 % unstructured zeros in all 1x1 layers",
    thin({ shape, data }) {
      if (shape[1] === 1 || shape[2]! * shape[3]! !== 1) return undefined;
      const next = uniform(5);
      return Float32Array.from(data, (weight) => (next() < 0.9 ? 0 : weight));
    },
  },
  {
    net: "resnet18",
    sparse: "strided m=2 n=0 in all 3x3 layers of stride 1",
    thin({ shape, data }, strides) {
      if (shape[2] !== 3 || shape[3] !== 3 || strides.some((stride) => stride !== 1)) return undefined;
      return Float32Array.from(data, (weight, i) => (i % 3 === 1 || Math.floor(i / 3) % 3 === 1 ? 0 : weight));
    },
  },
];

const WARM_UP_MS = 1500;

async function measure({ runs, ...options }: Options): Promise<NetworkRow[]> {
  const rows: NetworkRow[] = [];
  for (const { net, sparse, thin } of NETWORKS) {
    const dense = simplify(MODELS[net]!());
    const { graph, sparsity } = thinNetwork(dense, thin);
    const sessions = [await open(graph, options), await open(dense, options)] as const;
    const inputs = randomInputs(sessions[0]);
    const contenders = sessions.map((session) => () => session.run(inputs));
    const [ours, theirs] = await race(contenders, { runs, warmUpMs: WARM_UP_MS, restMs: options.threads > 1 ? 25 : 0 });
    const usual = new Set(sessions[1].layers.map(({ kernel }) => kernel));
    const kernels: Record<string, number> = {};
    for (const { kernel } of sessions[0].layers) if (!usual.has(kernel)) kernels[kernel] = (kernels[kernel] ?? 0) + 1;
    const [ms, denseMs] = [ours!.medianMs, theirs!.medianMs];
    rows.push({ net, sparse, sparsity, ms, denseMs, speedup: denseMs / ms, kernels });
    for (const session of sessions) session.dispose();
  }
  return rows;
}

const open = (graph: Graph, { build, threads }: Omit<Options, "runs">) =>
  load(compile(graph), { build, threads: { count: threads } });

/** The network with thinned filters, and the share of all multiply-adds that goes with them. */
function thinNetwork(graph: Graph, thin: SparseNetwork["thin"]): { graph: Graph; sparsity: number } {
  const constants = new Map(graph.constants);
  for (const node of graph.nodes) {
    if (node.op !== "conv") continue;
    const filter = constants.get(node.inputs[1]!)!;
    const data = thin(filter, (node.attrs as ConvAttrs).strides);
    if (data) constants.set(node.inputs[1]!, { ...filter, data });
  }
  const thinned = { ...graph, constants };
  return { graph: thinned, sparsity: 1 - countMacs(thinned) / countMacs(graph) };
}

const job = JSON.parse(process.argv[2]!) as Options;
const rows = await measure(job);
process.stdout.write(`${JSON.stringify({ rows })}\n`, () => process.exit());
