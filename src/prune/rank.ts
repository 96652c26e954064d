/** From scores of channels to cuts: which channels a budget leaves. */
import { RequestError } from "../errors.js";
import { openMoments } from "../linalg/moments.js";
import { type Ending, findBlocks, findEndings } from "./blocks.js";
import { type Competition, type CutDecision, cutQueues } from "./cut-queues.js";
import type { Allocation, Blocks, MethodContext, RankMethod } from "./methods/method.js";
import { measureCurves, stagesOf, type Weighing } from "./moments/measure-curves.js";
import { stages } from "./progress.js";
import { type Queue, queueOfScores, queuesOfCurves, withEnds } from "./queues.js";
import { selectUnits, type Unit } from "./units.js";

/** The cuts by a method that ranks. */
export async function planByRank(
  // oxlint-disable-next-line no-explicit-any -- options and state are the method's own business
  method: RankMethod<any, any>,
  context: MethodContext,
): Promise<CutDecision> {
  checkRequest(context);
  const units = selectUnits(context.map.units, context.only);
  const prepared = await method.prepare?.(context);
  return planByScores(units, (unit) => method.score(unit, context, prepared), context);
}

/**
 * The cuts that meet the budget when channels of these units go, those of a unit with the lowest scores first. How far each unit goes
 * is the context's `allocate`.
 */
export async function planByScores(
  units: readonly Unit[],
  score: (unit: Unit) => Float64Array,
  context: MethodContext,
): Promise<CutDecision> {
  checkRequest(context);
  const queues = units.map((unit) => queueOfScores(unit, score(unit)));
  const competition = competitionOf(context);
  const weighing = weighingOf(context);
  if (weighing) return cutQueues(await weigh(queues, weighing, context), competition, context);
  const mayEnd = competition.byLatency && context.keep!.kind === "ms";
  return cutQueues(mayEnd ? withEnds(queues, endingsFor(context, units, false)) : queues, competition, context);
}

const asked = ({ options }: MethodContext) => options["allocate"] as Allocation;

/** Before anything is looked at. */
function checkRequest(context: MethodContext): void {
  checkCompetition(context, context.scope);
  const weighing = weighingOf(context);
  if (weighing && !context.hasSamples) {
    throw new RequestError("weighs what pictures show; give --data", `--allocate ${weighing}`);
  }
}

/** Throws a `RequestError` where units are to compete for shares of themselves, or by milliseconds for something else. */
export function checkCompetition({ keep, options }: MethodContext, scope: Competition["scope"]): void {
  if (keep!.kind === "channels" && scope === "global") {
    throw new RequestError("channels= is a share of each unit, so units cannot compete; leave --scope out", "--scope");
  }
  if (options["allocate"] !== "latency" || keep!.kind === "ms") return;
  throw new RequestError(`weighs milliseconds; it goes with --keep ms=, not with ${keep!.kind}=`, "--allocate latency");
}

/** What samples are to say of the units; undefined where scores decide, or nothing is to go. */
function weighingOf(context: MethodContext): Weighing | undefined {
  const { keep, scope } = context;
  const allocate = asked(context);
  if (allocate !== "error" && allocate !== "sensitivity") return undefined;
  return scope === "local" || (keep!.value === 1 && !keep!.amount) ? undefined : allocate;
}

function competitionOf(context: MethodContext): Competition {
  const { scope } = context;
  const allocate = asked(context);
  const byLatency = allocate === "latency" || (scope === "global" && allocate !== "score" && allocate !== "uniform");
  return { scope: allocate === "uniform" ? "local" : scope, byLatency };
}

/** The same orders with losses as samples show them. */
async function weigh(queues: readonly Queue[], weighing: Weighing, context: MethodContext): Promise<Queue[]> {
  const units = queues.map(({ unit }) => unit);
  const endings = endingsFor(context, units, true);
  const { curves } = await measureCurves(context, units, {
    weighing,
    endings,
    orders: queues.map(({ order }) => order),
    moments: await openMoments(),
    nextStage: stages(context.onProgress, Array<number>(stagesOf({ weighing, endings })).fill(1)),
  });
  return queuesOfCurves(context.map, units, curves, { keep: context.keep!, endings });
}

/** What may go with the last channels of units, as the request has it; `byDefault` is what `auto` means. */
export function endingsFor({ map, options }: MethodContext, units: readonly Unit[], byDefault: boolean): Ending[] {
  const blocks = options["blocks"] as Blocks;
  const mayGo = blocks === "auto" ? byDefault : blocks === "remove";
  return mayGo ? findEndings(map, findBlocks(map.graph), units) : [];
}
