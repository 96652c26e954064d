/** Pruning in its steps: score, allocate, plan, apply, compare. (Recovery follows as a step of its own: recover.ts.) */
import { RequestError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { type Applied, applyCuts, costModel, maskGraph } from "./apply.js";
import { allowance, type Budget, type Candidate, checkBudget, cutToBudget } from "./budget.js";
import { checkCut, type Equality } from "./equality.js";
import { methodByName } from "./methods/index.js";
import { type PrunePlan, removedClasses } from "./plan.js";
import type { Runner } from "./runner.js";
import { findUnits, selectUnits, type Unit, type UnitMap } from "./units.js";

export interface PruneRequest {
  readonly method: string;
  readonly keep: Budget;
  /** Whether units compete with one another, or each loses the same share. Default: global; `channels` is always local. */
  readonly scope?: "global" | "local" | undefined;
  /** "inner", or a pattern of unit names with * and ?. */
  readonly only?: string | undefined;
  readonly seed?: number | undefined;
}

interface Change {
  readonly before: number;
  readonly after: number;
}

export interface PruneResult extends Applied {
  readonly plan: PrunePlan;
  /** Multiply-adds of one run. */
  readonly macs: Change;
  readonly parameters: Change;
  /** Size of the compiled file, float32 weights. */
  readonly bytes: Change;
  readonly units: readonly (Change & { readonly name: string; readonly frozen: string | undefined })[];
  readonly equality: Equality;
}

/** Decides which channels go. Nothing is cut. */
export function makePlan(
  map: UnitMap,
  request: PruneRequest,
  runner: Pick<Runner, "fileBytes" | "cutBytes">,
): PrunePlan {
  const { keep, seed = 1 } = request;
  checkBudget(keep);
  const scope = scopeOf(request);
  if (keep.kind === "channels" && scope === "global") {
    throw new RequestError("channels= is a share of each unit, so units cannot compete; leave --scope out", "--scope");
  }
  const units = selectUnits(map.units, request.only);
  const ranked = rankChannels(units, request.method, seed);
  const removed =
    keep.kind === "channels" ? shareOfEach(units, ranked, keep.value) : fit(map, ranked, scope, keep, runner);
  const cuts = units.map((unit) => ({
    unit: unit.name,
    width: unit.width,
    remove: [...unit.roots.keys()].filter((channel) => removed.has(unit.roots[channel]!)),
  }));
  const touched = cuts.filter(({ remove }) => remove.length > 0);
  return { espalierPlan: 1, method: request.method, seed, request: writtenRequest(request), cuts: touched };
}

const scopeOf = ({ scope, keep }: PruneRequest) => scope ?? (keep.kind === "channels" ? "local" : "global");

/** The request as it is typed: options and their texts. */
export function writtenRequest(request: PruneRequest): Record<string, string> {
  const { keep, only } = request;
  return { keep: `${keep.kind}=${keep.value}`, scope: scopeOf(request), ...(only === undefined ? {} : { only }) };
}

const cutBytes = (runner: Pick<Runner, "fileBytes" | "cutBytes">, cut: Graph) =>
  (runner.cutBytes ?? runner.fileBytes)(cut);

interface Ranked extends Candidate {
  readonly score: number;
  /** Place in its unit, 0 for the one that goes first. */
  readonly rank: number;
  readonly width: number;
}

/** All channels but the best of each unit, which always stays. */
function rankChannels(units: readonly Unit[], name: string, seed: number): Ranked[] {
  const method = methodByName(name);
  return units.flatMap((unit, u) => {
    const scores = method.score(unit, { seed });
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

function fit(
  map: UnitMap,
  ranked: Ranked[],
  scope: "global" | "local",
  keep: Budget,
  runner: Pick<Runner, "fileBytes" | "cutBytes">,
): Set<number> {
  const urgency = (c: Ranked) => (scope === "global" ? c.score : (c.rank + 1) / c.width);
  const sequence = [...ranked].sort((a, b) => urgency(a) - urgency(b) || a.unit - b.unit || a.rank - b.rank);
  if (keep.value === 1) return new Set();
  const { graph, channels } = map;
  const model = costModel(graph, channels);
  const cost = (removed: ReadonlySet<number>): number => {
    if (keep.kind === "bytes") return cutBytes(runner, applyCuts(graph, channels, removed).graph);
    return model(removed)[keep.kind as "macs" | "parameters"];
  };
  return cutToBudget(
    sequence,
    allowance(keep, keep.kind === "bytes" ? runner.fileBytes(graph) : cost(new Set())),
    cost,
    `${keep.kind}=${keep.value}`,
  );
}

/** Cuts what a plan says and proves the result equal to the masked network. */
export async function applyPlan(map: UnitMap, plan: PrunePlan, runner: Runner): Promise<PruneResult> {
  const { graph, channels } = map;
  const removed = removedClasses(plan, map.units);
  const applied = applyCuts(graph, channels, removed);
  const equality = await checkCut(maskGraph(graph, channels, removed), applied, channelMakers(map), runner, plan.seed);
  const cost = costModel(graph, channels);
  const [before, after] = [cost(new Set()), cost(removed)];
  const change = (kind: "macs" | "parameters") => ({ before: before[kind], after: after[kind] });
  return {
    ...applied,
    plan,
    macs: change("macs"),
    parameters: change("parameters"),
    bytes: { before: runner.fileBytes(graph), after: cutBytes(runner, applied.graph) },
    units: map.units.map((unit) => ({
      name: unit.name,
      before: unit.width,
      after: unit.roots.filter((root) => !removed.has(root)).length,
      frozen: unit.frozen,
    })),
    equality,
  };
}

/** What the nodes give that make channels. */
function channelMakers({ graph, channels }: UnitMap): string[] {
  const makers = new Set(channels.owners.filter(({ role }) => role === "produce").map(({ node }) => node));
  return graph.nodes.filter(({ name }) => makers.has(name)).flatMap(({ outputs }) => outputs);
}

/** Plans and applies in one go. */
export async function prune(graph: Graph, request: PruneRequest, runner: Runner): Promise<PruneResult> {
  const map = findUnits(graph);
  return applyPlan(map, makePlan(map, request, runner), runner);
}
