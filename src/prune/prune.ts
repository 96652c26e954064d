/** Pruning in its steps: decide, apply, compare. (Recovery follows as a step of its own: recover/.) */
import { RequestError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { countMacs, countParameters, inferShapes } from "../ops/walk.js";
import { type Applied, applyCuts, maskGraph } from "./apply.js";
import { type Budget, checkBudget, formatBudget } from "./budget.js";
import { type Change, type EditedLayer, editedLayers, type RemovedBlock, removedBlocks } from "./changes.js";
import { applyEdits, byTime, checkEdits, type Edit, maskedByEdits } from "./edits/index.js";
import { checkCut, type Equality } from "./equality.js";
import { checkWeights } from "./finite-weights.js";
import { measureAgain, type Milliseconds } from "./latency/measured.js";
import { methodByName } from "./methods/index.js";
import type { Method, MethodContext, Scope } from "./methods/method.js";
import { readOptions } from "./methods/option.js";
import { type PrunePlan, removedClasses } from "./plan.js";
import { planByRank } from "./rank.js";
import type { Runner } from "./runner.js";
import { finiteSamples, type Samples } from "./segments.js";
import { findUnits, type Unit, type UnitMap } from "./units.js";

export interface PruneRequest {
  readonly method: string;
  /** May be left out where the method's options say enough. */
  readonly keep?: Budget | undefined;
  /** Whether units or layers compete with one another, or each loses the same share. Default: the method's; `channels` is always local. */
  readonly scope?: Scope | undefined;
  /** "inner", or a pattern of unit or layer names with * and ?. */
  readonly only?: string | undefined;
  /** Of the method, as they are typed. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly seed?: number | undefined;
}

/** What some methods need besides the network. */
export interface Resources {
  /** Unlabelled pictures; called when a method asks for them. */
  readonly samples?: (() => Samples) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Hears what was in the way of a method, and what it did about it. */
  readonly onNote?: ((note: string) => void) | undefined;
}

export interface PruneResult extends Applied {
  readonly plan: PrunePlan;
  /** Multiply-adds of one run. */
  readonly macs: Change;
  readonly parameters: Change;
  /** Size of the compiled file, float32 weights. */
  readonly bytes: Change;
  readonly units: readonly (Change & { readonly name: string; readonly frozen: string | undefined })[];
  /** Nodes that edits changed: by which kinds, weights other than zero in their filters, and multiply-adds. */
  readonly layers: readonly EditedLayer[];
  /** Residual blocks that are their shortcut now. */
  readonly blocks: readonly RemovedBlock[];
  readonly equality: Equality;
}

/** Decides what goes. Nothing is changed yet. Throws a `DataError` where a weight is NaN. */
export async function makePlan(
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  resources: Resources = {},
): Promise<PrunePlan> {
  return (await planMeasured(map, request, runner, resources)).plan;
}

/** The plan, and what a budget in milliseconds has come to; null for budgets of other kinds. */
export async function planMeasured(
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  resources: Resources = {},
): Promise<{ readonly plan: PrunePlan; readonly milliseconds: Milliseconds | null }> {
  checkWeights(map.graph);
  const method = methodByName(request.method);
  const context = contextOf(method, map, request, runner, resources);
  const decision = "plan" in method ? await method.plan(context) : await planByRank(method, context);
  const { cuts = [], edits = [], milliseconds = null } = decision;
  const { seed } = context;
  const plan = { espalierPlan: 1, method: method.name, seed, request: writtenRequest(request), cuts } as const;
  if (edits.length === 0) return { plan, milliseconds };
  // Cuts were measured as they are; edits may have been sketched, and fitted since.
  const isFinal = milliseconds === null || cuts.length > 0;
  const measured = isFinal ? milliseconds : await measureAgain(context, milliseconds, applyEdits(edits, map.graph));
  return { plan: { ...plan, edits }, milliseconds: measured };
}

function contextOf(
  method: Method,
  map: UnitMap,
  request: PruneRequest,
  runner: Runner,
  { samples, onProgress, onNote }: Resources,
): MethodContext {
  const { keep, seed = 1, only } = request;
  checkBudgetOf(method, keep);
  const scope = scopeOf(request);
  if (!method.scopes.includes(scope))
    throw new RequestError(`method ${method.name} knows ${method.scopes.join(" and ")} only`, "--scope");
  return {
    ...{ graph: map.graph, shapes: inferShapes(map.graph), map, seed, keep, scope, only, runner },
    options: readOptions(method, request.options ?? {}),
    hasSamples: samples !== undefined,
    samples() {
      if (!samples) throw new RequestError(`method ${method.name} needs pictures; give --data`, "--data");
      return finiteSamples(samples());
    },
    onProgress: onProgress ?? (() => {}),
    onNote: onNote ?? (() => {}),
  };
}

function checkBudgetOf({ name, budgets, needsBudget }: Method, keep: Budget | undefined): void {
  const kinds = budgets.map((kind) => `${kind}=`).join(", ");
  if (keep) {
    checkBudget(keep);
    if (!budgets.includes(keep.kind))
      throw new RequestError(`method ${name} takes ${kinds}; ${keep.kind}= means nothing to it`, "--keep");
  } else if (needsBudget !== false) {
    throw new RequestError(`method ${name} needs a budget: ${kinds}`, "--keep");
  }
}

const scopeOf = ({ scope, keep, method }: PruneRequest): Scope =>
  scope ?? (keep?.kind === "channels" ? "local" : methodByName(method).scopes[0]!);

/** The request as it is typed: options and their texts. */
export function writtenRequest(request: PruneRequest): Record<string, string> {
  const { keep, only, options = {} } = request;
  return {
    ...(keep ? { keep: formatBudget(keep) } : {}),
    scope: scopeOf(request),
    ...(only === undefined ? {} : { only }),
    ...options,
  };
}

/** Changes and cuts what a plan says, and proves the result equal to the masked network run by dense kernels. */
export async function applyPlan(map: UnitMap, plan: PrunePlan, runner: Runner): Promise<PruneResult> {
  const { graph: dense } = map;
  checkWeights(dense);
  const { edits = [] } = plan;
  checkEdits(edits, dense);
  const { before, after } = byTime(edits);
  const edited = await editNetwork(map, before, plan.seed, runner);
  const { graph, channels } = edited.map;
  const removed = removedClasses(plan, edited.map.units);
  const cut = applyCuts(graph, channels, removed);
  const applied = { ...cut, graph: applyEdits(after, cut.graph) };
  const masked = maskedByEdits(after, maskGraph(graph, channels, removed));
  const equality = await checkCut(masked, applied, channelMakers(edited.map, applied.graph), runner, plan.seed);
  const change = (measure: (of: Graph) => number) => ({ before: measure(dense), after: measure(applied.graph) });
  const isLeft = ({ owned }: Unit) => owned.some(({ constant }) => applied.graph.constants.has(constant));
  return {
    ...applied,
    plan,
    macs: change((of) => countMacs(of)),
    parameters: change(countParameters),
    bytes: { before: runner.fileBytes(dense), after: (runner.cutBytes ?? runner.fileBytes)(applied.graph) },
    units: edited.map.units.map((unit) => ({
      name: unit.name,
      before: unit.width,
      after: isLeft(unit) ? unit.roots.filter((root) => !removed.has(root)).length : 0,
      frozen: unit.frozen,
    })),
    layers: editedLayers(dense, applied.graph, edits),
    blocks: removedBlocks(dense, edits),
    equality: { maxRelative: Math.max(equality.maxRelative, edited.maxRelative) },
  };
}

/** The network behind the edits that come before cuts, compared with their masked meaning, and how far they are apart. */
async function editNetwork(map: UnitMap, edits: readonly Edit[], seed: number, runner: Runner) {
  if (edits.length === 0) return { map, maxRelative: 0 };
  const graph = applyEdits(edits, map.graph);
  const named = new Set(edits.map(({ node }) => node));
  const checkpoints = map.graph.nodes.filter(({ name }) => named.has(name)).flatMap(({ outputs }) => outputs);
  const edited = findUnits(graph);
  const whole = applyCuts(graph, edited.channels, new Set());
  const { maxRelative } = await checkCut(maskedByEdits(edits, map.graph), whole, checkpoints, runner, seed);
  return { map: edited, maxRelative };
}

/** What the nodes give that make channels, as far as the result has them. */
function channelMakers({ graph, channels }: UnitMap, { nodes: left }: Graph): string[] {
  const makers = new Set(channels.owners.filter(({ role }) => role === "produce").map(({ node }) => node));
  const made = new Set(left.flatMap(({ outputs }) => outputs));
  const outputs = graph.nodes.filter(({ name }) => makers.has(name)).flatMap((node) => node.outputs);
  return outputs.filter((name) => made.has(name));
}

/** Plans and applies in one go. */
export async function prune(
  graph: Graph,
  request: PruneRequest,
  runner: Runner,
  resources: Resources = {},
): Promise<PruneResult> {
  const map = findUnits(graph);
  return applyPlan(map, await makePlan(map, request, runner, resources), runner);
}
