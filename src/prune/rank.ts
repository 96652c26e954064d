/** From scores of channels to cuts: which channels a budget leaves. */
import { RequestError } from "../errors.js";
import { countNonZero } from "../ops/walk.js";
import { applyCuts } from "./apply.js";
import { allowance, type Candidate, cutToBudget, formatBudget } from "./budget.js";
import { costModel } from "./cost.js";
import { allocateByLatency } from "./latency/allocate.js";
import { lossesOf } from "./latency/losses.js";
import { WidthLatency } from "./latency/widths.js";
import type { Allocation, MethodContext, RankMethod } from "./methods/method.js";
import type { Cut } from "./plan.js";
import type { UnitMap, Unit } from "./units.js";
import { selectUnits } from "./units.js";

/** The cuts by a method that ranks. */
export async function planByRank(
  // oxlint-disable-next-line no-explicit-any -- options and state are the method's own business
  method: RankMethod<any, any>,
  context: MethodContext,
): Promise<Cut[]> {
  checkScope(context);
  const units = selectUnits(context.map.units, context.only);
  const prepared = await method.prepare?.(context);
  return planByScores(units, (unit) => method.score(unit, context, prepared), context);
}

/** The cuts that meet the budget when channels of these units go, those with the lowest scores first. */
export function planByScores(
  units: readonly Unit[],
  score: (unit: Unit) => Float64Array,
  context: MethodContext,
): Cut[] {
  checkScope(context);
  const removed = choose(units, rankChannels(units, score), context);
  return cutsOf(units, (root) => removed.has(root));
}

/** A cut for each unit that loses something. */
export function cutsOf(units: readonly Unit[], isRemoved: (root: number) => boolean): Cut[] {
  const cuts = units.map((unit) => ({
    unit: unit.name,
    width: unit.width,
    remove: [...unit.roots.keys()].filter((channel) => isRemoved(unit.roots[channel]!)),
  }));
  return cuts.filter(({ remove }) => remove.length > 0);
}

function checkScope({ keep, scope }: MethodContext): void {
  if (keep!.kind === "channels" && scope === "global") {
    throw new RequestError("channels= is a share of each unit, so units cannot compete; leave --scope out", "--scope");
  }
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

function choose(units: readonly Unit[], ranked: readonly Ranked[], context: MethodContext): Set<number> {
  const { kind, value, amount } = context.keep!;
  const asked = context.options["allocate"] as Allocation;
  if (asked === "latency" && kind !== "ms") {
    throw new RequestError(`weighs milliseconds; it goes with --keep ms=, not with ${kind}=`, "--allocate latency");
  }
  if (value === 1 && !amount) return new Set();
  if (kind === "channels") return shareOfEach(units, ranked, value);
  const latency = kind === "ms" ? openLatency(units, context) : undefined;
  const auto = latency && context.scope === "global" ? "latency" : "score";
  const allocation = asked === "auto" ? auto : asked;
  if (latency && allocation === "latency") return byLatency(units, ranked, latency, context);
  return fit(ranked, allocation === "uniform" ? { ...context, scope: "local" } : context, latency);
}

function openLatency(units: readonly Unit[], { map, runner }: MethodContext): WidthLatency {
  if (!runner.latency) throw new RequestError("milliseconds need a latency table of the device", "--keep");
  return new WidthLatency(map, units, runner.latency);
}

/** The queue of each unit goes as far as it is worth it. */
function byLatency(
  units: readonly Unit[],
  ranked: readonly Ranked[],
  latency: WidthLatency,
  { keep, runner }: MethodContext,
): Set<number> {
  const queues = units.map((unit, u) => ({
    losses: lossesOf(
      ranked.filter((candidate) => candidate.unit === u),
      unit,
    ),
  }));
  const { multiple } = runner.latency!;
  const counts = allocateByLatency(queues, latency, { allowedMs: allowance(keep!, latency.total), multiple });
  return new Set(ranked.filter(({ unit, rank }) => rank < counts[unit]!).map(({ root }) => root));
}

function shareOfEach(units: readonly Unit[], ranked: readonly Ranked[], share: number): Set<number> {
  const quota = units.map(({ width }) => width - Math.max(1, Math.round(share * width)));
  return new Set(ranked.filter(({ unit, rank }) => rank < quota[unit]!).map(({ root }) => root));
}

function fit(
  ranked: readonly Ranked[],
  { map, scope, keep, runner }: MethodContext,
  latency: WidthLatency | undefined,
): Set<number> {
  const { kind } = keep!;
  const urgency = (c: Ranked) => (scope === "global" ? c.score : (c.rank + 1) / c.width);
  const sequence = [...ranked].sort((a, b) => urgency(a) - urgency(b) || a.unit - b.unit || a.rank - b.rank);
  const { graph, channels } = map;
  const bytesOf = runner.cutBytes ?? runner.fileBytes;
  const model = costModel(graph, channels);
  const cost = (removed: ReadonlySet<number>): number => {
    if (kind === "bytes") return bytesOf(applyCuts(graph, channels, removed).graph);
    if (latency) return millisecondsOf(ranked, latency, removed);
    return model(removed)[kind as "macs" | "parameters"];
  };
  const full = kind === "bytes" ? runner.fileBytes(graph) : cost(new Set());
  return cutToBudget(sequence, allowance(keep!, full), cost, formatBudget(keep!), hasNoZeros(map));
}

function millisecondsOf(ranked: readonly Ranked[], latency: WidthLatency, removed: ReadonlySet<number>): number {
  const counts = new Map<number, number>();
  for (const { unit, root } of ranked) counts.set(unit, (counts.get(unit) ?? 0) + (removed.has(root) ? 1 : 0));
  counts.forEach((count, unit) => latency.remove(unit, count));
  return latency.total;
}

/** Whether channels of a unit cost the same: as long as no weight of theirs is zero. */
export function hasNoZeros({ units }: UnitMap): boolean {
  const tensors = new Set(units.flatMap(({ owned }) => owned.map(({ tensor }) => tensor)));
  return [...tensors].every((tensor) => tensor.shape.length < 2 || countNonZero(tensor) === tensor.data.length);
}
