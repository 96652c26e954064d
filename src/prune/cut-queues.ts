/** How far the queue of each unit goes so that a budget is met. */
import { countNonZero } from "../ops/walk.js";
import { allowance, type Budget, cutToBudget } from "./budget.js";
import { costModel } from "./cost.js";
import { allocateByLatency } from "./latency/allocate.js";
import { removeToMilliseconds } from "./latency/cut.js";
import { ifReachable } from "./latency/reachable.js";
import type { WidthLatency } from "./latency/widths.js";
import type { Decision, MethodContext, Scope } from "./methods/method.js";
import type { Cut } from "./plan.js";
import { endingsOf, lossOf, type Queue, withoutEnd } from "./queues.js";
import { bypassesOf, type Removal, removalOf, withoutRemoved } from "./removal.js";
import { stepsOf } from "./steps.js";
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

/**
 * The cuts that meet the budget. Where blocks may go, they do if less is lost then. Throws a `RequestError` that says what can be
 * reached.
 */
export async function cutQueues(
  queues: readonly Queue[],
  competition: Competition,
  context: MethodContext,
): Promise<CutDecision> {
  if (context.keep!.kind === "ms") return cutByMilliseconds(queues, competition, context);
  const removed = choose(queues, competition.scope, context);
  return decisionOf(queues, removalOf(removed, endingsOf(queues)));
}

/** What goes, as cuts and edits. */
function decisionOf(queues: readonly Queue[], { classes, blocks }: Removal): CutDecision {
  const units = queues.map(({ unit }) => unit);
  const cuts = cutsOf(units, (root) => classes.has(root));
  return blocks.length > 0 ? { cuts, edits: bypassesOf(blocks) } : { cuts };
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

function choose(queues: readonly Queue[], scope: Scope, context: MethodContext): ReadonlySet<number> {
  const { kind, value } = context.keep!;
  if (value === 1) return new Set();
  const whole = queues.map(withoutEnd);
  if (kind === "channels") return shareOfEach(whole, value);
  if (endingsOf(queues).length === 0) return fit(queues, scope, context);
  const kept = ifReachable(() => fit(whole, scope, context));
  const ended = fit(queues, scope, context);
  const loss = (removed: ReadonlySet<number>) => lossOf(queues, countsOf(queues, removed));
  return kept && loss(kept) <= loss(ended) ? kept : ended;
}

const countsOf = (queues: readonly Queue[], removed: ReadonlySet<number>) =>
  queues.map(({ unit: { roots } }) => roots.filter((root) => removed.has(root)).length);

function shareOfEach(queues: readonly Queue[], share: number): Set<number> {
  const quota = ({ width }: Unit) => width - Math.max(1, Math.round(share * width));
  return new Set(
    queues.flatMap(({ unit, order }) => order.slice(0, quota(unit)).map((channel) => unit.roots[channel]!)),
  );
}

function fit(queues: readonly Queue[], scope: Scope, { map, keep, runner }: MethodContext): Set<number> {
  const { kind } = keep!;
  const bytesOf = runner.cutBytes ?? runner.fileBytes;
  const model = costModel(map.graph, map.channels);
  const endings = endingsOf(queues);
  const cost = (removed: ReadonlySet<number>): number => {
    const removal = removalOf(removed, endings);
    if (kind === "bytes") return bytesOf(withoutRemoved(map, removal));
    return model(removal.classes, removal.blocks)[kind as "macs" | "parameters"];
  };
  const full = kind === "bytes" ? runner.fileBytes(map.graph) : cost(new Set());
  return cutToBudget(stepsOf(queues, scope), allowance(keep!, full), cost, keep!, hasNoZeros(map));
}

async function cutByMilliseconds(
  queues: readonly Queue[],
  { scope, byLatency }: Competition,
  context: MethodContext,
): Promise<CutDecision> {
  const { keep, runner } = context;
  const { removal, milliseconds } = await removeToMilliseconds(context, queues, (latency, allowedMs) => {
    if (byLatency) return allocateByLatency(queues, latency, { allowedMs, multiple: runner.latency!.multiple });
    return fitMilliseconds(queues.map(withoutEnd), latency, { allowedMs, scope, keep: keep! });
  });
  return { ...decisionOf(queues, removal), milliseconds };
}

/** By unit how many channels go, in the order of their scores. */
function fitMilliseconds(
  queues: readonly Queue[],
  latency: WidthLatency,
  { allowedMs, scope, keep }: { readonly allowedMs: number; readonly scope: Scope; readonly keep: Budget },
): number[] {
  const cost = (removed: ReadonlySet<number>) => {
    countsOf(queues, removed).forEach((count, unit) => latency.remove(unit, count));
    return latency.total;
  };
  return countsOf(queues, cutToBudget(stepsOf(queues, scope), allowedMs, cost, keep));
}

/** Whether channels of a unit cost the same: as long as no weight of theirs is zero. */
export function hasNoZeros({ units }: UnitMap): boolean {
  const tensors = new Set(units.flatMap(({ owned }) => owned.map(({ tensor }) => tensor)));
  return [...tensors].every((tensor) => tensor.shape.length < 2 || countNonZero(tensor) === tensor.data.length);
}
