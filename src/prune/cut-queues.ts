/** How far the queue of each unit goes so that a budget is met. */
import { countNonZero } from "../ops/walk.js";
import { applyCuts } from "./apply.js";
import { allowance, type Budget, type Candidate, cutToBudget } from "./budget.js";
import { costModel } from "./cost.js";
import { allocateByLatency } from "./latency/allocate.js";
import { cutToMilliseconds } from "./latency/cut.js";
import type { WidthLatency } from "./latency/widths.js";
import type { Decision, MethodContext, Scope } from "./methods/method.js";
import type { Cut } from "./plan.js";
import type { Queue } from "./queues.js";
import type { Unit, UnitMap } from "./units.js";

/** What methods decide that remove channels. */
export interface CutDecision extends Decision {
  readonly cuts: readonly Cut[];
}

/** How channels of different units compete. */
export interface Competition {
  /** All of them, or each unit loses the same share. */
  readonly scope: Scope;
  /** By what is lost for each millisecond gained, where milliseconds are what is kept. */
  readonly byLatency: boolean;
}

/** The cuts that meet the budget. Throws a `RequestError` that says what can be reached. */
export async function cutQueues(
  queues: readonly Queue[],
  competition: Competition,
  context: MethodContext,
): Promise<CutDecision> {
  if (context.keep!.kind === "ms") return cutByMilliseconds(queues, competition, context);
  const removed = choose(queues, competition.scope, context);
  return {
    cuts: cutsOf(
      queues.map(({ unit }) => unit),
      (root) => removed.has(root),
    ),
  };
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

function choose(queues: readonly Queue[], scope: Scope, context: MethodContext): Set<number> {
  const { kind, value } = context.keep!;
  if (value === 1) return new Set();
  return kind === "channels" ? shareOfEach(queues, value) : fit(queues, scope, context);
}

function shareOfEach(queues: readonly Queue[], share: number): Set<number> {
  const quota = ({ width }: Unit) => width - Math.max(1, Math.round(share * width));
  return new Set(
    queues.flatMap(({ unit, order }) => order.slice(0, quota(unit)).map((channel) => unit.roots[channel]!)),
  );
}

function fit(queues: readonly Queue[], scope: Scope, { map, keep, runner }: MethodContext): Set<number> {
  const { kind } = keep!;
  const { graph, channels } = map;
  const bytesOf = runner.cutBytes ?? runner.fileBytes;
  const model = costModel(graph, channels);
  const cost = (removed: ReadonlySet<number>): number => {
    if (kind === "bytes") return bytesOf(applyCuts(graph, channels, removed).graph);
    return model(removed)[kind as "macs" | "parameters"];
  };
  const full = kind === "bytes" ? runner.fileBytes(graph) : cost(new Set());
  return cutToBudget(sequenceOf(queues, scope), allowance(keep!, full), cost, keep!, hasNoZeros(map));
}

/** All channels that may go, in the order in which they do. */
function sequenceOf(queues: readonly Queue[], scope: Scope): Candidate[] {
  const candidates = queues.flatMap(({ unit, order, scores }, u) =>
    order.map((channel, place) => ({
      ...{ unit: u, channel, root: unit.roots[channel]!, place },
      urgency: scope === "global" ? scores[place]! : (place + 1) / unit.width,
    })),
  );
  return candidates.sort((a, b) => a.urgency - b.urgency || a.unit - b.unit || a.place - b.place);
}

function cutByMilliseconds(
  queues: readonly Queue[],
  { scope, byLatency }: Competition,
  context: MethodContext,
): Promise<CutDecision> {
  const { keep, runner } = context;
  return cutToMilliseconds(context, queues, (latency, allowedMs) => {
    if (byLatency) return allocateByLatency(queues, latency, { allowedMs, multiple: runner.latency!.multiple });
    return fitMilliseconds(queues, latency, { allowedMs, scope, keep: keep! });
  });
}

/** By unit how many channels go, in the order of their scores. */
function fitMilliseconds(
  queues: readonly Queue[],
  latency: WidthLatency,
  { allowedMs, scope, keep }: { readonly allowedMs: number; readonly scope: Scope; readonly keep: Budget },
): number[] {
  const countsOf = (removed: ReadonlySet<number>) =>
    queues.map(({ unit: { roots } }) => roots.filter((root) => removed.has(root)).length);
  const cost = (removed: ReadonlySet<number>) => {
    countsOf(removed).forEach((count, unit) => latency.remove(unit, count));
    return latency.total;
  };
  return countsOf(cutToBudget(sequenceOf(queues, scope), allowedMs, cost, keep));
}

/** Whether channels of a unit cost the same: as long as no weight of theirs is zero. */
export function hasNoZeros({ units }: UnitMap): boolean {
  const tensors = new Set(units.flatMap(({ owned }) => owned.map(({ tensor }) => tensor)));
  return [...tensors].every((tensor) => tensor.shape.length < 2 || countNonZero(tensor) === tensor.data.length);
}
