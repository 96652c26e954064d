/** From scores of channels to cuts: which channels a budget leaves. */
import { RequestError } from "../errors.js";
import { countNonZero } from "../ops/walk.js";
import { applyCuts } from "./apply.js";
import { allowance, type Candidate, cutToBudget } from "./budget.js";
import { costModel } from "./cost.js";
import type { MethodContext, RankMethod } from "./methods/method.js";
import type { Cut } from "./plan.js";
import type { UnitMap, Unit } from "./units.js";
import { selectUnits } from "./units.js";

/** The cuts by a method that ranks. */
export async function planByRank(
  // oxlint-disable-next-line no-explicit-any -- options and state are the method's own business
  method: RankMethod<any, any>,
  context: MethodContext,
): Promise<Cut[]> {
  const { keep, scope, map } = context;
  if (keep!.kind === "channels" && scope === "global") {
    throw new RequestError("channels= is a share of each unit, so units cannot compete; leave --scope out", "--scope");
  }
  const units = selectUnits(map.units, context.only);
  const prepared = await method.prepare?.(context);
  const ranked = rankChannels(units, (unit) => method.score(unit, context, prepared));
  const removed = keep!.kind === "channels" ? shareOfEach(units, ranked, keep!.value) : fit(ranked, context);
  const cuts = units.map((unit) => ({
    unit: unit.name,
    width: unit.width,
    remove: [...unit.roots.keys()].filter((channel) => removed.has(unit.roots[channel]!)),
  }));
  return cuts.filter(({ remove }) => remove.length > 0);
}

interface Ranked extends Candidate {
  readonly score: number;
  /** Place in its unit, 0 for the one that goes first. */
  readonly rank: number;
  readonly width: number;
}

/** All channels but the best of each unit, which always stays. */
function rankChannels(units: readonly Unit[], score: (unit: Unit) => Float64Array): Ranked[] {
  return units.flatMap((unit, u) => {
    const scores = score(unit);
    const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]! || a - b);
    const candidates = order.slice(0, -1);
    return candidates.map((channel, rank) => ({
      unit: u,
      channel,
      root: unit.roots[channel]!,
      score: scores[channel]!,
      rank,
      width: unit.width,
    }));
  });
}

function shareOfEach(units: readonly Unit[], ranked: readonly Ranked[], share: number): Set<number> {
  const quota = units.map(({ width }) => width - Math.max(1, Math.round(share * width)));
  return new Set(ranked.filter(({ unit, rank }) => rank < quota[unit]!).map(({ root }) => root));
}

function fit(ranked: readonly Ranked[], { map, scope, keep, runner }: MethodContext): Set<number> {
  const { kind, value } = keep!;
  const urgency = (c: Ranked) => (scope === "global" ? c.score : (c.rank + 1) / c.width);
  const sequence = [...ranked].sort((a, b) => urgency(a) - urgency(b) || a.unit - b.unit || a.rank - b.rank);
  if (value === 1) return new Set();
  const { graph, channels } = map;
  const bytesOf = runner.cutBytes ?? runner.fileBytes;
  const model = costModel(graph, channels);
  const cost = (removed: ReadonlySet<number>): number => {
    if (kind === "bytes") return bytesOf(applyCuts(graph, channels, removed).graph);
    return model(removed)[kind as "macs" | "parameters"];
  };
  const full = kind === "bytes" ? runner.fileBytes(graph) : cost(new Set());
  return cutToBudget(sequence, allowance(keep!, full), cost, `${kind}=${value}`, hasNoZeros(map));
}

/** Whether channels of a unit cost the same: as long as no weight of theirs is zero. */
function hasNoZeros({ units }: UnitMap): boolean {
  const tensors = new Set(units.flatMap(({ owned }) => owned.map(({ tensor }) => tensor)));
  return [...tensors].every((tensor) => tensor.shape.length < 2 || countNonZero(tensor) === tensor.data.length);
}
