/** Sensitivity curves of the pruning units of a network: what its answers lose when a unit keeps some shares of its channels. */
import { DataError } from "../errors.js";
import { openMoments } from "../linalg/moments.js";
import { checkWeights } from "./finite-weights.js";
import { foldBatchNorm } from "../passes/fold-batch-norm.js";
import { consumersOf } from "./moments/consumers.js";
import { curvesOf } from "./moments/curves.js";
import { denseMoments } from "./moments/dense-moments.js";
import type { Samples } from "./segments.js";
import {
  type AnswerChange,
  type AnswersRequest,
  channelsKept,
  denseAnswers,
  measureSensitivity,
  type Point,
} from "./sensitivity.js";
import { findUnits, selectUnits, type Unit, type UnitMap } from "./units.js";

export interface SensitivityRequest extends AnswersRequest {
  /** As `selectUnits` takes it. */
  readonly only?: string | undefined;
  /** Shares of each unit's channels that stay, between 0 and 1. */
  readonly shares: readonly number[];
  /** What the layers that read a unit are fitted to; `samples` are those whose answers are compared. */
  readonly fitted: Samples;
  readonly onFit?: ((done: number, total: number) => void) | undefined;
}

export interface SharePoint extends Point {
  readonly share: number;
}

export interface UnitSensitivity {
  readonly unit: Unit;
  /** Why none of its channels can go; undefined where some can. */
  readonly frozen: string | undefined;
  /** One for each share, in the order of the request; none of a frozen unit. */
  readonly points: readonly SharePoint[];
}

export interface Sensitivity {
  readonly dense: AnswerChange;
  /** In the network's order: those chosen by `only`, and all that are frozen. */
  readonly units: readonly UnitSensitivity[];
}

/**
 * Of each unit alone, all others whole. Batch norms are folded first. Throws a `RequestError` where no unit is chosen, and a
 * `DataError` where numbers are not finite.
 */
export async function measureUnits(map: UnitMap, request: SensitivityRequest): Promise<Sensitivity> {
  checkWeights(map.graph);
  const { only, shares, runner } = request;
  const chosen = new Set(selectUnits(map.units, only).map(({ name }) => name));
  const folded = findUnits(foldBatchNorm(map.graph));
  const free = folded.units.filter((unit) => chosen.has(unit.name) && frozenBy(unit) === undefined);
  const dense = await denseAnswers(folded.graph, request);
  if (!Number.isFinite(dense.divergence)) {
    throw new DataError("answers with numbers that are not finite; look for NaN in the pictures or the weights");
  }
  const readers = new Set(free.flatMap((unit) => consumersOf(folded.graph, unit).map(({ layer }) => layer)));
  const walk = { runner, moments: await openMoments(), onProgress: request.onFit };
  const measured = await denseMoments(folded.graph, readers, request.fitted, walk);
  const curves = curvesOf(folded.graph, free, measured);
  const points = await measureSensitivity(folded, curves, shares, measured, request);
  const pointsOf = new Map(free.map(({ name }, u) => [name, points[u]!]));
  const units = map.units
    .filter((unit) => chosen.has(unit.name) || unit.frozen !== undefined)
    .map((unit) => {
      const own = pointsOf.get(unit.name);
      return { unit, frozen: frozenBy(unit), points: own ? pointsAt(shares, unit, [...own, whole(unit, dense)]) : [] };
    });
  return { dense, units };
}

/** Why a unit must stay as it is. */
function frozenBy({ frozen, width }: Unit): string | undefined {
  return frozen ?? (width === 1 ? "all of its channels go together, and something has to stay" : undefined);
}

const whole = ({ width }: Unit, dense: AnswerChange): Point => ({ kept: width, ...dense });

function pointsAt(shares: readonly number[], { width }: Unit, points: readonly Point[]): SharePoint[] {
  return shares.map((share) => ({ share, ...points.find(({ kept }) => kept === channelsKept(share, width))! }));
}
