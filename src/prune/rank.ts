/** From scores of channels to cuts: which channels a budget leaves. */
import { RequestError } from "../errors.js";
import { countNonZero } from "../ops/walk.js";
import { applyCuts } from "./apply.js";
import { allowance, type Budget, type Candidate, cutToBudget, formatBudget } from "./budget.js";
import { costModel } from "./cost.js";
import { allocateByLatency } from "./latency/allocate.js";
import { cutToMilliseconds } from "./latency/cut.js";
import { lossesOf } from "./latency/losses.js";
import type { WidthLatency } from "./latency/widths.js";
import type { Allocation, Decision, MethodContext, RankMethod, Scope } from "./methods/method.js";
import type { Cut } from "./plan.js";
import type { UnitMap, Unit } from "./units.js";
import { selectUnits } from "./units.js";

/** What methods decide that remove channels. */
export interface CutDecision extends Decision {
  readonly cuts: readonly Cut[];
}

/** The cuts by a method that ranks. */
export async function planByRank(
  // oxlint-disable-next-line no-explicit-any -- options and state are the method's own business
  method: RankMethod<any, any>,
  context: MethodContext,
): Promise<CutDecision> {
  checkScope(context);
  const units = selectUnits(context.map.units, context.only);
  const prepared = await method.prepare?.(context);
  return planByScores(units, (unit) => method.score(unit, context, prepared), context);
}

/** The cuts that meet the budget when channels of these units go, those with the lowest scores first. */
export async function planByScores(
  units: readonly Unit[],
  score: (unit: Unit) => Float64Array,
  context: MethodContext,
): Promise<CutDecision> {
  checkScope(context);
  checkAllocation(context);
  const ranked = rankChannels(units, score);
  if (context.keep!.kind === "ms") return planByMilliseconds(units, ranked, context);
  const removed = choose(units, ranked, context);
  return { cuts: cutsOf(units, (root) => removed.has(root)) };
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

/** Throws a `RequestError` where units are to be weighed by milliseconds, but the budget counts something else. */
export function checkAllocation({ keep, options }: MethodContext): void {
  if (options["allocate"] !== "latency" || keep!.kind === "ms") return;
  throw new RequestError(`weighs milliseconds; it goes with --keep ms=, not with ${keep!.kind}=`, "--allocate latency");
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
  const { kind, value } = context.keep!;
  if (value === 1) return new Set();
  if (kind === "channels") return shareOfEach(units, ranked, value);
  return fit(ranked, context, sharingOf(context));
}

const sharingOf = ({ options, scope }: MethodContext) => (options["allocate"] === "uniform" ? "local" : scope);

function planByMilliseconds(
  units: readonly Unit[],
  ranked: readonly Ranked[],
  context: MethodContext,
): Promise<CutDecision> {
  const asked = context.options["allocate"] as Allocation | undefined;
  const scope = sharingOf(context);
  const byQueues = asked === "latency" || (asked !== "score" && scope === "global");
  const ofUnit = units.map((_, u) => ranked.filter(({ unit }) => unit === u));
  const queues = units.map((unit, u) => ({ losses: lossesOf(ofUnit[u]!, unit) }));
  const ordered = units.map((unit, u) => ({ unit, order: ofUnit[u]!.map(({ channel }) => channel) }));
  return cutToMilliseconds(context, ordered, (latency, allowedMs) => {
    if (byQueues) return allocateByLatency(queues, latency, { allowedMs, multiple: context.runner.latency!.multiple });
    return fitMilliseconds(ofUnit, latency, { allowedMs, scope, keep: context.keep! });
  });
}

function shareOfEach(units: readonly Unit[], ranked: readonly Ranked[], share: number): Set<number> {
  const quota = units.map(({ width }) => width - Math.max(1, Math.round(share * width)));
  return new Set(ranked.filter(({ unit, rank }) => rank < quota[unit]!).map(({ root }) => root));
}

function fit(ranked: readonly Ranked[], { map, keep, runner }: MethodContext, scope: Scope): Set<number> {
  const { kind } = keep!;
  const { graph, channels } = map;
  const bytesOf = runner.cutBytes ?? runner.fileBytes;
  const model = costModel(graph, channels);
  const cost = (removed: ReadonlySet<number>): number => {
    if (kind === "bytes") return bytesOf(applyCuts(graph, channels, removed).graph);
    return model(removed)[kind as "macs" | "parameters"];
  };
  const full = kind === "bytes" ? runner.fileBytes(graph) : cost(new Set());
  const allowed = allowance(keep!, full);
  return cutToBudget(sequenceOf(ranked, scope), allowed, cost, formatBudget(keep!), hasNoZeros(map));
}

/** In which order channels go when all units compete, or each loses the same share. */
function sequenceOf(ranked: readonly Ranked[], scope: Scope): Ranked[] {
  const urgency = (c: Ranked) => (scope === "global" ? c.score : (c.rank + 1) / c.width);
  return [...ranked].sort((a, b) => urgency(a) - urgency(b) || a.unit - b.unit || a.rank - b.rank);
}

/** By unit how many channels go, in such an order. */
function fitMilliseconds(
  ofUnit: readonly (readonly Ranked[])[],
  latency: WidthLatency,
  { allowedMs, scope, keep }: { readonly allowedMs: number; readonly scope: Scope; readonly keep: Budget },
): number[] {
  const countsOf = (removed: ReadonlySet<number>) =>
    ofUnit.map((ranked) => ranked.filter(({ root }) => removed.has(root)).length);
  const cost = (removed: ReadonlySet<number>) => {
    countsOf(removed).forEach((count, unit) => latency.remove(unit, count));
    return latency.total;
  };
  return countsOf(cutToBudget(sequenceOf(ofUnit.flat(), scope), allowedMs, cost, formatBudget(keep)));
}

/** Whether channels of a unit cost the same: as long as no weight of theirs is zero. */
export function hasNoZeros({ units }: UnitMap): boolean {
  const tensors = new Set(units.flatMap(({ owned }) => owned.map(({ tensor }) => tensor)));
  return [...tensors].every((tensor) => tensor.shape.length < 2 || countNonZero(tensor) === tensor.data.length);
}
