/** What methods that choose channels by second moments have in common: curves, allocation, and the choice front to back. */
import { RequestError } from "../../errors.js";
import { openMoments } from "../../linalg/moments.js";
import { foldBatchNorm } from "../../passes/fold-batch-norm.js";
import { allocateByLatency } from "../latency/allocate.js";
import { cutToMilliseconds } from "../latency/cut.js";
import type { Decision, MethodContext } from "../methods/method.js";
import { choice } from "../methods/option.js";
import { checkAllocation, type CutDecision, hasNoZeros, planByScores } from "../rank.js";
import type { Samples } from "../segments.js";
import { measureSensitivity, scaledErrors } from "../sensitivity.js";
import { findUnits, selectUnits } from "../units.js";
import { chooseChannels, type Selection } from "./choose.js";
import { consumersOf } from "./consumers.js";
import { type Curve, curvesOf, marginalScores, pricesOf } from "./curves.js";
import { denseMoments } from "./dense-moments.js";
import type { WalkOptions } from "./walk.js";

export const ALLOCATION = {
  allocate: choice(
    "how much each unit loses: the same share, by reconstruction error for each multiply-add or millisecond, or by what that does to the answers; latency says sensitivity, and that --keep is ms=",
    ["uniform", "error", "sensitivity", "latency"],
    "sensitivity",
  ),
};

/** Shares kept at which the change of the answers is measured. */
const SHARES = [0.75, 0.5, 0.25];

/** Samples on which it is: a mean needs fewer than a fit. */
const ANSWERED = 128;

type Context = MethodContext<typeof ALLOCATION>;

export async function planByMoments(context: Context, selections: readonly Selection[]): Promise<Decision> {
  const { map, only, keep, runner } = context;
  const { allocate: asked } = context.options;
  checkAllocation(context);
  const isUniform = asked === "uniform" || (context.scope === "local" && asked !== "latency");
  if (keep!.kind === "channels" && !isUniform && context.scope === "global")
    throw new RequestError("channels= is a share of each unit, so units cannot compete; leave --scope out", "--scope");
  if (keep!.value === 1 && !keep!.amount) return { cuts: [] };
  const samples = context.samples();
  const progress = stages(context.onProgress, isUniform ? [1, 2] : [1, 1, 2]);
  const moments = await openMoments();
  const walk = (): WalkOptions => ({ runner, moments, onProgress: progress() });
  const folded = findUnits(foldBatchNorm(map.graph));
  const chosen = new Set(selectUnits(map.units, only).map(({ name }) => name));
  const units = folded.units.filter(({ name }) => chosen.has(name));
  const readers = new Set(units.flatMap((unit) => consumersOf(folded.graph, unit).map(({ layer }) => layer)));
  const measured = await denseMoments(folded.graph, readers, samples, walk());
  const exact = curvesOf(folded.graph, units, measured);
  const curves =
    isUniform || asked === "error"
      ? exact
      : await weigh(exact, (known) =>
          measureSensitivity(folded, known, SHARES, measured, {
            ...{ runner, onProgress: progress() },
            samples: first(samples, ANSWERED),
          }),
        );
  const decision = await allocate(context, curves, isUniform ? "local" : "global");
  const { cuts } = decision;
  if (!hasNoZeros(map)) return decision;
  const counts = curves.map(({ unit }) => cuts.find((cut) => cut.unit === unit.name)?.remove.length ?? 0);
  const removed = await chooseChannels(folded.graph, curves, counts, selections, samples, walk());
  const list = curves.map(({ unit: { name, width } }, u) => ({ unit: name, width, remove: removed[u]! }));
  return { ...decision, cuts: list.filter(({ remove }) => remove.length > 0) };
}

/** The curves in units of measured changes, where there is something that was measured. */
async function weigh(
  curves: readonly Curve[],
  measure: (known: readonly Curve[]) => Promise<Awaited<ReturnType<typeof measureSensitivity>>>,
): Promise<Curve[]> {
  const known = curves.filter(({ consumers }) => consumers.length > 0);
  const points = await measure(known);
  return curves.map((curve) => {
    const own = points[known.indexOf(curve)];
    return own ? { ...curve, errors: scaledErrors(curve.errors, curve.unit.width, own) } : curve;
  });
}

/** Channels by the order of the curves, as many as the budget wants. */
function allocate(context: Context, curves: readonly Curve[], scope: "local" | "global"): Promise<CutDecision> {
  const units = new Map(selectUnits(context.map.units, context.only).map((unit) => [unit.name, unit]));
  const ordered = curves.map(({ unit, order }) => ({ unit: units.get(unit.name)!, order }));
  if (context.keep!.kind === "ms" && scope === "global") {
    const queues = curves.map(({ errors }) => ({ losses: [0, ...errors] }));
    return cutToMilliseconds(context, ordered, (latency, allowedMs) =>
      allocateByLatency(queues, latency, { allowedMs, multiple: context.runner.latency!.multiple }),
    );
  }
  const prices = pricesOf(
    context.map,
    ordered.map(({ unit }) => unit),
    context.keep!,
  );
  const scores = new Map(curves.map((curve, c) => [curve.unit.name, marginalScores(curve, prices[c]!)]));
  return planByScores([...units.values()], ({ name }) => scores.get(name)!, { ...context, scope });
}

const first = (samples: Samples, count: number): Samples => ({ ...samples, count: Math.min(samples.count, count) });

/** A reporter for each stage in turn, whose parts of the whole are these. */
function stages(onProgress: (done: number, total: number) => void, parts: readonly number[]) {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  let stage = -1;
  return () => {
    stage++;
    const before = parts.slice(0, stage).reduce((sum, part) => sum + part, 0);
    const part = parts[stage]!;
    return (done: number, total: number) =>
      onProgress(Math.round((1000 * (before + (part * done) / total)) / whole), 1000);
  };
}
