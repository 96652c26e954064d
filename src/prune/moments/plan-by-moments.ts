/** What methods that choose channels by second moments have in common: curves, allocation, and the choice front to back. */
import { openMoments } from "../../linalg/moments.js";
import { type CutDecision, cutQueues, hasNoZeros } from "../cut-queues.js";
import { applyEdits } from "../edits/index.js";
import { BLOCKS, type MethodContext } from "../methods/method.js";
import { choice } from "../methods/option.js";
import { stages } from "../progress.js";
import { queuesOfCurves } from "../queues.js";
import { checkCompetition, endingsFor } from "../rank.js";
import { withoutSamplers, withSamplers } from "../samplers.js";
import { selectUnits } from "../units.js";
import { chooseChannels, type Selection } from "./choose.js";
import { measureCurves, stagesOf } from "./measure-curves.js";

export const ALLOCATION = {
  allocate: choice(
    "how much each unit loses: the same share, by reconstruction error for each multiply-add or millisecond, or by what that does to the answers; latency says sensitivity, and that --keep is ms=",
    ["uniform", "error", "sensitivity", "latency"],
    "sensitivity",
  ),
  blocks: BLOCKS,
  sampler: choice(
    "whether convolutions that read a residual trunk, such as the first of each branch, may leave channels of it out, within the same budget; the trunk keeps all of them then",
    ["off", "on"],
    "off",
  ),
};

type Context = MethodContext<typeof ALLOCATION>;

/** Throws a `RequestError` where a sampler is asked for and there is no branch. */
export async function planByMoments(context: Context, selections: readonly Selection[]): Promise<CutDecision> {
  if (context.options.sampler === "off") return planUnits(context, selections);
  const sampled = withSamplers(context.map, "--sampler on");
  return withoutSamplers(await planUnits({ ...context, map: sampled.map }, selections), sampled, context.map.graph);
}

async function planUnits(context: Context, selections: readonly Selection[]): Promise<CutDecision> {
  const { map, only, keep, runner } = context;
  const { allocate } = context.options;
  const isUniform = allocate === "uniform" || (context.scope === "local" && allocate !== "latency");
  const scope = isUniform ? "local" : "global";
  checkCompetition(context, isUniform ? scope : context.scope);
  if (keep!.value === 1 && !keep!.amount) return { cuts: [] };
  const samples = context.samples();
  const weighing = isUniform || allocate === "error" ? "error" : "sensitivity";
  const units = selectUnits(map.units, only);
  const endings = isUniform ? [] : endingsFor(context, units, true);
  const nextStage = stages(context.onProgress, [...Array<number>(stagesOf({ weighing, endings })).fill(1), 2]);
  const moments = await openMoments();
  const { folded, curves } = await measureCurves(context, units, { weighing, endings, moments, nextStage });
  const queues = queuesOfCurves(map, units, curves, { keep: keep!, endings });
  const decision = await cutQueues(queues, { scope, byLatency: !isUniform }, context);
  if (!hasNoZeros(map)) return decision;
  const counts = units.map(({ name }) => decision.cuts.find(({ unit }) => unit === name)?.remove.length ?? 0);
  const walk = { runner, moments, onProgress: nextStage(), onNote: context.onNote };
  const pruned = applyEdits(decision.edits ?? [], folded);
  const removed = await chooseChannels(folded, pruned, curves, counts, selections, samples, walk);
  const list = units.map(({ name, width }, u) => ({ unit: name, width, remove: removed[u]! }));
  return { ...decision, cuts: list.filter(({ remove }) => remove.length > 0) };
}
