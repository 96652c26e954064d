/** The laws that every method which ranks channels keeps, on every architecture, for every budget and scope. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../src/errors.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { describeGraph } from "../../src/measure/facts.js";
import { countParameters } from "../../src/ops/walk.js";
import { applyCuts, maskGraph } from "../../src/prune/apply.js";
import { allowance, type Budget } from "../../src/prune/budget.js";
import { costModel } from "../../src/prune/cost.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { formatPlan, parsePlan, type PrunePlan, removedClasses } from "../../src/prune/plan.js";
import { applyPlan, makePlan, prune, type PruneRequest } from "../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../src/prune/units.js";
import { ARCHITECTURES, inTurn, LAWFUL } from "./architectures.js";
import { fails } from "./expect-error.js";
import { cannotTakePictures, costOf, difference, meaning, noisePictures, runner, running, same } from "./laws.js";

const test = suite("prune/rank");

/** All methods that rank. */
const RANKING = METHODS.filter((method) => "score" in method);

/** A network file holds more than weights, so less of it can go. */
const SHARES = { macs: 0.6, parameters: 0.6, bytes: 0.75, channels: 0.6 } as const;
type Kind = keyof typeof SHARES;
const KINDS = Object.keys(SHARES) as Kind[];

type RankBudget = Budget & { readonly kind: Kind };
type Request = PruneRequest & { readonly keep: RankBudget };

function requestsFor(method: string): Request[] {
  return KINDS.flatMap((kind) =>
    (kind === "channels" ? (["local"] as const) : (["global", "local"] as const)).map((scope): Request => {
      return { method, scope, keep: { kind, value: SHARES[kind] } };
    }),
  );
}

const nothing: ReadonlySet<number> = new Set();

function checkBudget(map: UnitMap, plan: PrunePlan, { kind, value }: RankBudget): void {
  const removed = removedClasses(plan, map.units);
  if (kind === "channels") {
    for (const unit of map.units.filter(({ frozen }) => frozen === undefined)) {
      const left = unit.roots.filter((root) => !removed.has(root)).length;
      assert.is(left, Math.max(1, Math.round(value * unit.width)), unit.name);
    }
    return;
  }
  const costWithout = (classes: ReadonlySet<number>) => costOf(applyCuts(map.graph, map.channels, classes).graph, kind);
  const allowed = allowance({ kind, value }, costOf(map.graph, kind));
  const cost = costWithout(removed);
  assert.ok(cost <= allowed, `costs ${cost}, ${allowed} is allowed`);
  assert.ok(removed.size > 0);
  const model = costModel(map.graph, map.channels);
  if (kind !== "bytes") assert.is(model(removed)[kind], cost);
  for (const root of removed) {
    const others = new Set([...removed].filter((other) => other !== root));
    const back = kind === "bytes" ? costWithout(others) : model(others)[kind];
    assert.ok(back > allowed, `class ${root} can be put back: ${back} of ${allowed}`);
  }
}

function checkUnits(map: UnitMap, plan: PrunePlan): void {
  const removed = removedClasses(plan, map.units);
  for (const unit of map.units) {
    const left = unit.roots.filter((root) => !removed.has(root)).length;
    assert.ok(left >= 1, `nothing is left of ${unit.name}`);
    if (unit.frozen !== undefined) assert.is(left, unit.width, unit.name);
  }
}

/** The plan and the cut network keep every law but the ones about several plans. */
async function checkLaws(map: UnitMap, request: Request): Promise<void> {
  const plan = await makePlan(map, request, runner, noisePictures(map.graph));
  assert.equal(
    await makePlan(findUnits(map.graph), request, runner, noisePictures(map.graph)),
    plan,
    "the same seed gives the same plan",
  );
  checkBudget(map, plan, request.keep);
  checkUnits(map, plan);
  const result = await applyPlan(map, plan, runner);
  verifyGraph(result.graph);
  const masked = maskGraph(map.graph, map.channels, removedClasses(plan, map.units));
  assert.ok(difference(meaning(masked), meaning(result.graph)) <= 1e-9, "cut equals masked");
  assert.ok(difference(await running(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
  assert.equal(result.macs, { before: costOf(map.graph, "macs"), after: costOf(result.graph, "macs") });
  assert.equal(result.bytes, { before: costOf(map.graph, "bytes"), after: costOf(result.graph, "bytes") });
  const replayed = parsePlan(formatPlan(plan), "plan.json");
  assert.equal(replayed, plan);
  assert.ok(same((await applyPlan(findUnits(map.graph), replayed, runner)).graph, result.graph), "a plan replays");
}

for (const [i, [name, make]] of LAWFUL.entries()) {
  const map = findUnits(make());
  for (const [j, method] of RANKING.entries()) {
    if (cannotTakePictures(method, map.graph)) {
      test(`${name}, ${method.name}: refused`, async () => {
        const request = { method: method.name, keep: { kind: "macs", value: 0.6 } } as const;
        await fails(() => makePlan(map, request, runner, noisePictures(map.graph)), DataError, /one input/);
      });
      continue;
    }

    test(`${name}, ${method.name}: met, maximal, equal to masked, replayed`, async () => {
      for (const request of inTurn(requestsFor(method.name), i, j)) {
        const { kind, value } = request.keep;
        try {
          await checkLaws(map, request);
        } catch (error) {
          (error as Error).message += ` (${kind}=${value}, ${request.scope})`;
          throw error;
        }
      }
    });

    test(`${name}, ${method.name}: keeping everything changes nothing`, async () => {
      for (const kind of inTurn(KINDS, i, j)) {
        const result = await prune(
          map.graph,
          { method: method.name, keep: { kind, value: 1 } },
          runner,
          noisePictures(map.graph),
        );
        assert.equal(result.plan.cuts, []);
        assert.ok(same(result.graph, map.graph));
        assert.equal([...result.graph.constants], [...map.graph.constants]);
        assert.is(result.equality.maxRelative, 0);
      }
    });

    test(`${name}, ${method.name}: as little as possible is one channel a unit`, async () => {
      const keep: Budget = { kind: "channels", value: 1e-9 };
      const result = await prune(map.graph, { method: method.name, keep }, runner, noisePictures(map.graph));
      for (const unit of result.units) assert.is(unit.after, unit.frozen === undefined ? 1 : unit.before, unit.name);
      const least = costModel(map.graph, map.channels)(removedClasses(result.plan, map.units)).macs;
      const request = { method: method.name, keep: { kind: "macs", value: least } } as const;
      assert.is((await prune(map.graph, request, runner, noisePictures(map.graph))).macs.after, least);
      const tooLittle = { ...request, keep: { kind: "macs", value: least - 1 } } as const;
      await fails(
        () => makePlan(map, tooLittle, runner, noisePictures(map.graph)),
        RequestError,
        new RegExp(`ask for ${least} or more`),
      );
    });

    test(`${name}, ${method.name}: cutting twice is cutting once`, async () => {
      const request = { method: method.name, keep: { kind: "channels", value: 0.7 } } as const;
      const first = await prune(map.graph, request, runner, noisePictures(map.graph));
      const second = await prune(first.graph, request, runner, noisePictures(first.graph));
      const once = await applyPlan(map, composed(first.plan, second.plan), runner);
      assert.ok(same(once.graph, second.graph));
    });
  }
}

/** The plan that does what `first` and then `second` do. */
function composed(first: PrunePlan, second: PrunePlan): PrunePlan {
  const cuts = new Map(first.cuts.map((cut) => [cut.unit, cut]));
  for (const cut of second.cuts) {
    const before = cuts.get(cut.unit);
    const width = before?.width ?? cut.width;
    const left = [...Array(width).keys()].filter((channel) => !before?.remove.includes(channel));
    assert.is(left.length, cut.width, cut.unit);
    const remove = [...(before?.remove ?? []), ...cut.remove.map((channel) => left[channel]!)];
    cuts.set(cut.unit, { unit: cut.unit, width, remove: remove.sort((a, b) => a - b) });
  }
  return { ...first, cuts: [...cuts.values()] };
}

test("the smallest filters go first", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  const unit = map.units.find(({ name }) => name === "layer2.0.conv1")!;
  const { data, shape } = map.graph.constants.get("layer2.0.conv1.weight")!;
  const size = data.length / shape[0]!;
  const norms: Readonly<Record<string, (filter: Float32Array) => number>> = {
    l1: (filter) => filter.reduce((sum, w) => sum + Math.abs(w), 0),
    l2: (filter) => Math.hypot(...filter),
  };
  for (const [method, norm] of Object.entries(norms)) {
    const keep: Budget = { kind: "channels", value: 0.5 };
    const plan = await makePlan(map, { method, keep, only: unit.name }, runner);
    const filters = [...Array(shape[0]!).keys()].map((c) =>
      norm(data.subarray(c * size, (c + 1) * size) as Float32Array),
    );
    const order = [...filters.keys()].sort((a, b) => filters[a]! - filters[b]!);
    assert.equal(plan.cuts, [{ unit: unit.name, width: 8, remove: order.slice(0, 4).sort((a, b) => a - b) }]);
  }
});

test("units cannot compete for shares of themselves", async () => {
  const map = findUnits(ARCHITECTURES["vgg"]!());
  const request = { method: "l1", scope: "global", keep: { kind: "channels", value: 0.5 } } as const;
  await fails(
    () => makePlan(map, request, runner, noisePictures(map.graph)),
    RequestError,
    /--scope: channels= is a share of each unit/,
  );
});

test("a cut that is not equal to the masked network is refused", async () => {
  const map = findUnits(ARCHITECTURES["vgg"]!());
  const plan = await makePlan(map, { method: "l1", keep: { kind: "channels", value: 0.5 } }, runner);
  let runs = 0;
  const wrong = {
    ...runner,
    prepare: async () => ({ run: () => ({ logits: Float32Array.of(1, 2, 3, ++runs) }), dispose: () => {} }),
  };
  try {
    await applyPlan(map, plan, wrong);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /differs from the masked one by 3\.33e-1 of.*nothing was written/);
  }
});

test("no removed class costs nothing", () => {
  for (const make of Object.values(ARCHITECTURES)) {
    const { graph, channels } = findUnits(make());
    const { macs, parameters } = costModel(graph, channels)(nothing);
    assert.equal([macs, parameters], [describeGraph(graph).macs, countParameters(graph)]);
  }
});

test.run();
