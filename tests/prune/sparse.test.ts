/** The laws that every method keeps which plans edits, on every architecture, for every budget and scope (milliseconds: latency/). */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { countNonZero, inferShapes } from "../../src/ops/walk.js";
import { allowance, type Budget, type BudgetKind } from "../../src/prune/budget.js";
import { packBits, unpackBits } from "../../src/prune/edits/bitmap.js";
import { applyEdits, type Edit, maskedByEdits } from "../../src/prune/edits/index.js";
import type { MaskEdit } from "../../src/prune/edits/mask.js";
import type { PositionsEdit } from "../../src/prune/edits/positions.js";
import type { ReadsEdit } from "../../src/prune/edits/reads.js";
import { findLayers } from "../../src/prune/layers.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { formatPlan, parsePlan } from "../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest } from "../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../src/prune/units.js";
import { ARCHITECTURES, inTurn, LAWFUL } from "./architectures.js";
import { fails } from "./expect-error.js";
import { costOf, difference, meaning, runner, running, same } from "./laws.js";

const test = suite("prune/sparse");

/** All methods that need no more than weights, plan by themselves and remove no channels. */
const PLANNING = METHODS.filter(
  (method) => "plan" in method && method.removes !== "channels" && method.needs.every((need) => need === "weights"),
);

type Request = PruneRequest & { readonly keep: Budget };

/** Options under which the test knows the groups. */
const OPTIONS: Readonly<Record<string, Record<string, string>>> = {
  "n:m": { pattern: "1:2" },
  vector: { direction: "rows" },
  perforate: { mask: "uniform", layers: "all" },
};

/** For each method the number of the group that bit i of a mask belongs to, of a filter of this shape. */
const GROUPS: Readonly<Record<string, (i: number, shape: readonly number[]) => number>> = {
  magnitude: (i) => i,
  block: (i) => i,
  "n:m": () => 0,
  vector: (i, [, , , kw]) => Math.floor(i / kw!),
  kernel: (i, [, , kh, kw]) => Math.floor(i / kh! / kw!),
  strided: (i, [, , kh, kw]) => Math.floor(i / kh! / kw!),
};

/** The filters that a method may touch. */
const hasTaps = ([, , kh = 1, kw = 1]: readonly number[]): boolean => kh * kw > 1;
const MAY_TOUCH: Readonly<Record<string, (shape: readonly number[]) => boolean>> = {
  "n:m": ([, ic]) => ic! >= 2,
  vector: hasTaps,
  kernel: hasTaps,
  strided: hasTaps,
};

/** Half of what can go goes. */
function requestsFor(map: UnitMap, method: (typeof METHODS)[number]): (() => Promise<Request>)[] {
  const counted = method.budgets.filter((kind) => kind !== "ms");
  return counted.flatMap((kind) =>
    method.scopes.map((scope) => async (): Promise<Request> => {
      const request = { method: method.name, scope, options: OPTIONS[method.name] ?? {} };
      const least = await leastOf(map, { ...request, keep: { kind, value: 1.1 } });
      const value = Math.floor((least + spent(map.graph, kind, method.name)) / 2);
      return { ...request, keep: { kind, value } };
    }),
  );
}

/** What is left when everything has gone that may. */
async function leastOf(map: UnitMap, request: Request): Promise<number> {
  const error = await makePlan(map, request, runner).catch((reason) => reason as Error);
  assert.instance(error, RequestError);
  const least = Number(/ask for (\d+) or more/.exec((error as Error).message)?.[1]);
  assert.ok(least > 0, (error as Error).message);
  return least;
}

/** Weights other than zero of the layers that a method may touch. */
const touchable = (graph: Graph, method: string): number =>
  findLayers(findUnits(graph), inferShapes(graph))
    .filter(({ filter }) => (MAY_TOUCH[method] ?? (() => true))(filter.shape))
    .reduce((sum, { filter }) => sum + countNonZero(filter), 0);

const spent = (graph: Graph, kind: BudgetKind, method: string): number =>
  kind === "weights" ? touchable(graph, method) : costOf(graph, kind as "macs");

/** Edits with one group of what was removed put back, for every such group. */
function* withOneBack(method: string, edits: readonly Edit[]): Generator<readonly Edit[]> {
  for (const edit of edits) {
    for (const more of moreOf(method, edit)) yield edits.map((other) => (other === edit ? more : other));
  }
}

function moreOf(method: string, edit: Edit): Iterable<Edit> {
  switch (edit.kind) {
    case "mask":
      return moreWeights(method, edit);
    case "factor":
      return edit.ranks.map((rank, i) => ({ ...edit, ranks: edit.ranks.with(i, rank + 1) }));
    case "merge":
    case "weights":
    case "bypass":
      throw new Error("no method of this test merges, refits or drops blocks");
    default:
      return moreNumbers(edit);
  }
}

/** Channels that are read again, or pixels that are computed. */
function* moreNumbers(edit: PositionsEdit | ReadsEdit): Generator<Edit> {
  const [list, size] =
    edit.kind === "reads" ? [edit.channels, edit.width] : [edit.pixels!, edit.size[0] * edit.size[1]];
  for (let number = 0; number < size; number++) {
    if (list.includes(number)) continue;
    const more = [...list, number].sort((a, b) => a - b);
    yield edit.kind === "reads" ? { ...edit, channels: more } : { ...edit, pixels: more };
  }
}

function* moreWeights(method: string, edit: MaskEdit): Generator<Edit> {
  const count = Math.ceil(edit.shape[0]! / edit.block) * sizeOf(edit.shape.slice(1));
  const bits = unpackBits(edit.kept, count)!;
  const back = new Map<number, number[]>();
  bits.forEach((bit, i) => {
    if (bit) return;
    const group = GROUPS[method]!(i, edit.shape);
    back.set(group, [...(back.get(group) ?? []), i]);
  });
  for (const group of back.values()) {
    const more = Uint8Array.from(bits);
    group.forEach((i) => (more[i] = 1));
    yield { ...edit, kept: packBits(more) };
  }
}

function checkBudget(map: UnitMap, request: Request, edits: readonly Edit[]): void {
  const { method, keep } = request;
  const count = (of: readonly Edit[]) => spent(applyEdits(of, map.graph), keep.kind, method);
  const allowed = allowance(keep, spent(map.graph, keep.kind, method));
  const cost = count(edits);
  assert.ok(cost <= allowed, `costs ${cost}, ${allowed} is allowed`);
  assert.ok(edits.length > 0);
  if (keep.kind === "bytes") return;
  let tried = 0;
  for (const more of withOneBack(method, edits)) {
    // All would take minutes.
    if (tried++ % 17 !== 0) continue;
    const back = count(more);
    if (back > cost) assert.ok(back > allowed, `a group can be put back: ${back} of ${allowed}`);
  }
}

/** The plan and the edited network keep every law. */
async function checkLaws(map: UnitMap, request: Request): Promise<void> {
  const plan = await makePlan(map, request, runner);
  assert.equal(await makePlan(findUnits(map.graph), request, runner), plan, "the same seed gives the same plan");
  const { edits = [] } = plan;
  checkBudget(map, request, edits);
  const result = await applyPlan(map, plan, runner);
  verifyGraph(result.graph);
  const masked = maskedByEdits(edits, map.graph);
  assert.ok(difference(meaning(masked), meaning(result.graph)) <= 1e-9, "edited equals masked");
  assert.ok(difference(meaning(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
  for (const kind of ["macs", "parameters", "bytes"] as const)
    assert.equal(result[kind], { before: costOf(map.graph, kind), after: costOf(result.graph, kind) });
  const replayed = parsePlan(formatPlan(plan), "plan.json");
  assert.equal(replayed, plan);
  assert.ok(same((await applyPlan(findUnits(map.graph), replayed, runner)).graph, result.graph), "a plan replays");
}

/** Whether the method says that there is nothing of its kind here. */
async function applies(map: UnitMap, request: PruneRequest): Promise<boolean> {
  try {
    await makePlan(map, request, runner);
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.where === "--method") return false;
    throw error;
  }
}

const applied = new Map(PLANNING.map(({ name }) => [name, 0]));

for (const [i, [name, make]] of LAWFUL.entries()) {
  const map = findUnits(make());
  for (const [j, method] of PLANNING.entries()) {
    test(`${name}, ${method.name}: met, used up, equal to masked, replayed`, async () => {
      if (!(await applies(map, { method: method.name, keep: { kind: "macs", value: 1 } }))) return;
      for (const makeRequest of inTurn(requestsFor(map, method), i, j)) {
        const request = await makeRequest();
        try {
          await checkLaws(map, request);
        } catch (error) {
          (error as Error).message += ` (${request.keep.kind}=${request.keep.value}, ${request.scope})`;
          throw error;
        }
      }
      applied.set(method.name, applied.get(method.name)! + 1);
    });

    test(`${name}, ${method.name}: keeping everything changes nothing`, async () => {
      for (const kind of inTurn(method.budgets, i, j)) {
        const request = { method: method.name, keep: { kind, value: 1 } } as const;
        if (!(await applies(map, request))) return;
        const plan = await makePlan(map, request, runner);
        assert.equal([plan.cuts, plan.edits], [[], undefined]);
        const result = await applyPlan(map, plan, runner);
        assert.ok(same(result.graph, map.graph));
        assert.is(result.equality.maxRelative, 0);
      }
    });
  }
}

test("each method found layers of its kind in most of the networks, or where there are branches", () => {
  for (const [name, count] of applied)
    assert.ok(count >= (name === "sampler" ? 2 : 0.65 * LAWFUL.length), `${name}: in ${count}`);
});

test("a mask that is made twice is made once", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  for (const { name } of PLANNING) {
    const request = { method: name, keep: { kind: "macs", value: 0.8 } } as const;
    const plan = await makePlan(map, request, runner);
    if (!plan.edits!.every(({ kind }) => kind === "mask")) continue;
    const once = await applyPlan(map, plan, runner);
    assert.ok(same((await applyPlan(findUnits(once.graph), plan, runner)).graph, once.graph), name);
  }
});

test("too little says what can be reached", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  for (const method of PLANNING) {
    for (const scope of method.scopes) {
      const request = (value: number) => ({ method: method.name, scope, keep: { kind: "macs", value } }) as const;
      const least = await leastOf(map, request(1.5));
      assert.is((await applyPlan(map, await makePlan(map, request(least), runner), runner)).macs.after, least);
      await fails(() => makePlan(map, request(least - 1), runner), RequestError, new RegExp(`ask for ${least} `));
    }
  }
});

test.run();
