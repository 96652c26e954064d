/** Error curves of pruning units as samples show them, and in units of what the errors do to the network's answers. */
import type { Graph } from "../../graph/graph.js";
import type { Moments } from "../../linalg/moments.js";
import { foldBatchNorm } from "../../passes/fold-batch-norm.js";
import type { MethodContext } from "../methods/method.js";
import type { Progress } from "../progress.js";
import type { Samples } from "../segments.js";
import { measureSensitivity, type Point, scaledErrors } from "../sensitivity.js";
import { findUnits, type Unit } from "../units.js";
import { consumersOf } from "./consumers.js";
import { type Curve, curvesOf } from "./curves.js";
import { denseMoments } from "./dense-moments.js";

/** How errors of different units compare: as they are, or by the change of the answers that they make. */
export type Weighing = "error" | "sensitivity";

/** Shares kept at which the change of the answers is measured. */
const SHARES = [0.75, 0.5, 0.25];

/** Samples on which it is: a mean needs fewer than a fit. */
const ANSWERED = 128;

export interface CurvesRequest {
  readonly weighing: Weighing;
  /** By unit the order in which its channels go; that of least errors unless it is given. */
  readonly orders?: readonly (readonly number[])[] | undefined;
  readonly moments: Moments;
  /** Called for each of the stages: samples once, and once more for the answers. */
  readonly nextStage: () => Progress;
}

/** How many stages there are. */
export const stagesOf = (weighing: Weighing) => (weighing === "sensitivity" ? 2 : 1);

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
  { weighing, orders, moments, nextStage }: CurvesRequest,
): Promise<MeasuredCurves> {
  const pictures = samples();
  const folded = findUnits(foldBatchNorm(map.graph));
  const units = chosen.map(({ name }) => folded.units.find((unit) => unit.name === name)!);
  const readers = new Set(units.flatMap((unit) => consumersOf(folded.graph, unit).map(({ layer }) => layer)));
  const walk = { runner, moments, onProgress: nextStage() };
  const measured = await denseMoments(folded.graph, readers, pictures, walk);
  const curves = curvesOf(folded.graph, units, measured, orders);
  if (weighing === "error") return { folded: folded.graph, curves };
  const known = curves.filter(({ consumers }) => consumers.length > 0);
  const answers = { runner, onProgress: nextStage(), samples: first(pictures, ANSWERED) };
  const points = await measureSensitivity(folded, known, SHARES, measured, answers);
  return { folded: folded.graph, curves: curves.map((curve) => weighed(curve, points[known.indexOf(curve)])) };
}

/** In units of what was measured, where something was. */
function weighed(curve: Curve, points: readonly Point[] | undefined): Curve {
  return points ? { ...curve, errors: scaledErrors(curve.errors, curve.unit.width, points) } : curve;
}

const first = (samples: Samples, count: number): Samples => ({ ...samples, count: Math.min(samples.count, count) });
