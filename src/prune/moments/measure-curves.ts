/** Error curves of pruning units as samples show them, and in units of what the errors do to the network's answers. */
import type { Graph } from "../../graph/graph.js";
import type { Moments } from "../../linalg/moments.js";
import { foldBatchNorm } from "../../passes/fold-batch-norm.js";
import type { Block, Ending } from "../blocks.js";
import type { MethodContext } from "../methods/method.js";
import type { Progress } from "../progress.js";
import { firstOf, type Samples } from "../segments.js";
import { type AnswersRequest, compareNetworks, measureSensitivity, scaledErrors } from "../sensitivity.js";
import { findUnits, type Unit, type UnitMap } from "../units.js";
import { lossWithout } from "./block-losses.js";
import { consumersOf } from "./consumers.js";
import { type Curve, curvesOf, withBlock } from "./curves.js";
import { denseMoments, type MeasuredLayer } from "./dense-moments.js";

/** How errors of different units compare: as they are, or by the change of the answers that they make. */
export type Weighing = "error" | "sensitivity";

/** Shares kept at which the change of the answers is measured. */
const SHARES = [0.75, 0.5, 0.25];

/** Samples on which it is, at most, and as a share of all: a mean needs fewer than a fit. */
const ANSWERED = 128;
const ANSWERED_SHARE = 0.25;

/** Samples that the layers around a block that is gone are fitted to. */
const FITTED = 128;

export interface CurvesRequest {
  readonly weighing: Weighing;
  /** By unit the order in which its channels go; that of least errors unless it is given. */
  readonly orders?: readonly (readonly number[])[] | undefined;
  /** What goes when a unit loses its last channel. */
  readonly endings: readonly Ending[];
  readonly moments: Moments;
  /** Called for each of the stages: samples, answers, blocks. */
  readonly nextStage: () => Progress;
}

/** How many stages there are. */
export const stagesOf = ({ weighing, endings }: Pick<CurvesRequest, "weighing" | "endings">) =>
  1 + (weighing === "sensitivity" ? 1 : 0) + (endings.length > 0 ? 1 : 0);

export interface MeasuredCurves {
  /** The network with batch norms folded, in which all of it was measured. */
  readonly folded: Graph;
  /** By unit, of the folded network. */
  readonly curves: readonly Curve[];
}

/** Throws a `DataError` where samples lead to numbers that are not finite. */
export async function measureCurves(
  { map, runner, samples }: Pick<MethodContext, "map" | "runner" | "samples">,
  chosen: readonly Unit[],
  { weighing, orders, endings, moments, nextStage }: CurvesRequest,
): Promise<MeasuredCurves> {
  const { fitted, answering } = divide(samples(), weighing);
  const folded = findUnits(foldBatchNorm(map.graph));
  const units = chosen.map(({ name }) => folded.units.find((unit) => unit.name === name)!);
  const readers = new Set(units.flatMap((unit) => consumersOf(folded.graph, unit).map(({ layer }) => layer)));
  const walk = { runner, moments, onProgress: nextStage() };
  const measured = await denseMoments(folded.graph, readers, fitted, walk);
  const exact = curvesOf(folded.graph, units, measured, orders);
  const answered = { runner, samples: answering };
  const curves =
    weighing === "error" ? exact : await weigh(folded, exact, measured, { ...answered, onProgress: nextStage() });
  if (endings.length === 0) return { folded: folded.graph, curves };
  const onProgress = nextStage();
  const losses = new Map<string, { readonly block: Block; readonly loss: number }>();
  for (const [done, { block, unit }] of endings.entries()) {
    const { error, graph } = await lossWithout(folded.graph, block, firstOf(fitted, FITTED), { runner, moments });
    const answers = weighing === "error" ? [] : await compareNetworks(folded.graph, [graph], answered);
    losses.set(unit.name, { block, loss: answers[0]?.logitError ?? error });
    onProgress(done + 1, endings.length);
  }
  const ended = curves.map((curve) => {
    const end = losses.get(curve.unit.name);
    // Only where errors of layers were measured do those of blocks compare with them.
    return end && curve.consumers.length > 0 ? withBlock(curve, end.block, end.loss) : curve;
  });
  return { folded: folded.graph, curves: ended };
}

/** Answers are measured on other samples than layers are fitted to: a fit to few knows those too well. */
function divide(samples: Samples, weighing: Weighing): { readonly fitted: Samples; readonly answering: Samples } {
  const held = weighing === "error" ? 0 : Math.min(ANSWERED, Math.round(ANSWERED_SHARE * samples.count));
  return held === 0
    ? { fitted: samples, answering: samples }
    : { fitted: behind(samples, held), answering: firstOf(samples, held) };
}

/** The curves in units of measured changes of the answers, where there is something that was measured. */
async function weigh(
  folded: UnitMap,
  curves: readonly Curve[],
  measured: ReadonlyMap<string, MeasuredLayer>,
  request: AnswersRequest,
): Promise<Curve[]> {
  const known = curves.filter(({ consumers }) => consumers.length > 0);
  const points = await measureSensitivity(folded, known, SHARES, measured, request);
  return curves.map((curve) => {
    const own = points[known.indexOf(curve)];
    return own ? { ...curve, errors: scaledErrors(curve.errors, curve.unit.width, own) } : curve;
  });
}

const behind = (samples: Samples, count: number): Samples => ({
  count: samples.count - count,
  get: (i) => samples.get(count + i),
});
