/** Recovery by least squares: batch norms are folded first, so that a layer's weights are all there is to fit. */
import type { Graph } from "../graph/graph.js";
import { openMoments } from "../linalg/moments.js";
import { foldBatchNorm } from "../passes/fold-batch-norm.js";
import { POSITIONS } from "../prune/moments/walk.js";
import type { Applied } from "../prune/apply.js";
import { type LeastSquaresResult, recoverLeastSquares, withBiases } from "../prune/recover/least-squares.js";
import type { Samples } from "../prune/segments.js";
import { createProgress } from "../report/progress.js";
import { formatBytes, formatCount } from "../report/units.js";
import { commandRunner } from "./runner.js";

/** Pictures that it looks at unless another number is typed; more hardly help. */
export const FIT_SAMPLES = 1000;

/** The graph with a bias at each layer that may be fitted and will have none from a batch norm. */
export function withRoomForFit(graph: Graph): Graph {
  return withBiases(graph, foldBatchNorm(graph));
}

export interface LeastSquaresRecovery extends LeastSquaresResult {
  readonly samples: number;
  readonly positions: number;
}

export async function recoverByLeastSquares(
  dense: Graph,
  { graph, kept }: Applied,
  samples: Samples,
  positions = POSITIONS,
): Promise<LeastSquaresRecovery> {
  const progress = createProgress({ label: "fitting", total: samples.count, unit: "pictures" });
  const folded = { graph: foldBatchNorm(graph), kept };
  const result = await recoverLeastSquares(foldBatchNorm(dense), folded, samples, {
    runner: commandRunner(),
    moments: await openMoments(),
    positions,
    onProgress: (done, total) => progress.update(Math.round((done * samples.count) / total)),
  });
  progress.finish();
  return { ...result, samples: samples.count, positions };
}

/** As --json prints it. */
export function leastSquaresFigures({ kind, layers, samples, positions, peakBytes, notes }: LeastSquaresRecovery) {
  return { kind, samples, positions, layers, peakBytes, notes };
}

export function describeLeastSquares(recovery: ReturnType<typeof leastSquaresFigures>): string {
  const { layers, samples, positions, peakBytes, notes } = recovery;
  const pictures = `${formatCount(samples)} pictures, ${positions} positions each`;
  const summary = `recovered: least squares at ${layers.length} layers on ${pictures}; ${formatBytes(peakBytes)} of values held`;
  return [summary, ...notes.map((note) => `note: ${note}`)].join("\n");
}
