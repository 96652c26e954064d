/** The laws that every method keeps which folds channels into others, on every architecture, for every budget and scope. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../../src/errors.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { applyCuts, maskGraph } from "../../../src/prune/apply.js";
import { allowance, type Budget } from "../../../src/prune/budget.js";
import { checkEdits, maskedByEdits } from "../../../src/prune/edits/index.js";
import { METHODS } from "../../../src/prune/methods/index.js";
import { formatPlan, parsePlan, removedClasses } from "../../../src/prune/plan.js";
import { applyPlan, makePlan, prune, type PruneRequest } from "../../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../../src/prune/units.js";
import { ARCHITECTURES, inTurn, LAWFUL } from "../architectures.js";
import { fails } from "../expect-error.js";
import { cannotTakePictures, costOf, difference, meaning, noisePictures, runner, running, same } from "../laws.js";

const test = suite("prune/merging/laws");

const FOLDING = METHODS.filter((method) => "plan" in method && ["similarity", "surgery"].includes(method.name));
const SHARES = { macs: 0.6, parameters: 0.6, bytes: 0.75, channels: 0.6 } as const;

type Request = PruneRequest & { readonly keep: Budget };

function requestsFor(method: string): Request[] {
  return Object.entries(SHARES).flatMap(([kind, value]) =>
    (kind === "channels" ? (["local"] as const) : (["global", "local"] as const)).map((scope): Request => {
      return { method, scope, keep: { kind: kind as keyof typeof SHARES, value } };
    }),
  );
}

/** How much float32 filters let the outputs of the edited network and its float64 meaning differ. */
const ROUNDING = 1e-5;

async function checkLaws(map: UnitMap, request: Request): Promise<void> {
  const { graph, channels } = map;
  const plan = await makePlan(map, request, runner, noisePictures(graph));
  assert.equal(await makePlan(findUnits(graph), request, runner, noisePictures(graph)), plan, "the same plan again");
  const removed = removedClasses(plan, map.units);
  assert.ok(removed.size > 0);
  checkEdits(plan.edits ?? [], graph);
  const result = await applyPlan(map, plan, runner);
  verifyGraph(result.graph);
  const { kind, value } = request.keep;
  if (kind === "channels") {
    for (const { before, after, frozen } of result.units) {
      assert.is(after, frozen === undefined ? Math.max(1, Math.round(value * before)) : before);
    }
  } else {
    const counted = kind as "macs" | "parameters" | "bytes";
    const allowed = allowance(request.keep, costOf(graph, counted));
    assert.ok(costOf(result.graph, counted) <= allowed, `costs ${costOf(result.graph, counted)} of ${allowed}`);
    for (const root of removed) {
      const others = new Set([...removed].filter((other) => other !== root));
      assert.ok(costOf(applyCuts(graph, channels, others).graph, counted) > allowed, `class ${root} can be put back`);
    }
  }
  const masked = maskedByEdits(plan.edits ?? [], maskGraph(graph, channels, removed));
  assert.ok(difference(meaning(masked), meaning(result.graph)) <= ROUNDING, "equal to the masked network");
  assert.ok(difference(await running(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
  const replayed = parsePlan(formatPlan(plan), "plan.json");
  assert.equal(replayed, plan);
  assert.ok(same((await applyPlan(findUnits(graph), replayed, runner)).graph, result.graph), "a plan replays");
}

for (const [i, [name, make]] of LAWFUL.entries()) {
  const map = findUnits(make());
  for (const [j, method] of FOLDING.entries()) {
    if (cannotTakePictures(method, map.graph)) {
      test(`${name}, ${method.name}: refused`, async () => {
        const request = { method: method.name, keep: { kind: "macs", value: 0.6 } } as const;
        await fails(() => makePlan(map, request, runner, noisePictures(map.graph)), DataError, /one input/);
      });
      continue;
    }

    test(`${name}, ${method.name}: met, maximal, equal to masked, replayed`, async () => {
      for (const request of inTurn(requestsFor(method.name), i, j)) {
        try {
          await checkLaws(map, request);
        } catch (error) {
          (error as Error).message += ` (${request.keep.kind}=${request.keep.value}, ${request.scope})`;
          throw error;
        }
      }
    });

    test(`${name}, ${method.name}: keeping everything changes nothing`, async () => {
      for (const kind of inTurn(Object.keys(SHARES) as (keyof typeof SHARES)[], i, j)) {
        const request = { method: method.name, keep: { kind, value: 1 } };
        const result = await prune(map.graph, request, runner, noisePictures(map.graph));
        assert.equal([result.plan.cuts, result.plan.edits], [[], undefined]);
        assert.ok(same(result.graph, map.graph));
      }
    });

    test(`${name}, ${method.name}: as little as possible is one channel a unit`, async () => {
      const request = { method: method.name, keep: { kind: "channels", value: 1e-9 } } as const;
      const result = await prune(map.graph, request, runner, noisePictures(map.graph));
      for (const { before, after, frozen } of result.units) assert.is(after, frozen === undefined ? 1 : before);
      const tooLittle = { ...request, keep: { kind: "macs", value: 2 } } as const;
      await fails(
        () => makePlan(map, tooLittle, runner, noisePictures(map.graph)),
        RequestError,
        /ask for \d+ or more/,
      );
    });
  }
}

test("batch norms alone tell similarity as much as the laws ask", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  const request = {
    method: "similarity",
    keep: { kind: "channels", value: 0.6 },
    only: "inner",
    options: { statistics: "batch-norm" },
  } as const;
  const plan = await makePlan(map, request, runner);
  assert.ok(plan.edits!.every(({ kind }) => kind === "merge"));
  const result = await applyPlan(map, plan, runner);
  const inner = map.units.filter(({ frozen, residual }) => frozen === undefined && !residual);
  assert.equal(
    plan.cuts.map(({ unit, remove }) => [unit, remove.length]),
    inner.map(({ name, width }) => [name, width - Math.round(0.6 * width)]),
  );
  const masked = maskedByEdits(plan.edits!, maskGraph(map.graph, map.channels, removedClasses(plan, map.units)));
  assert.ok(difference(meaning(masked), meaning(result.graph)) <= ROUNDING);
});

test("folded batch norms tell nothing, and the message says so", async () => {
  const map = findUnits(ARCHITECTURES["resnet without batch norm"]!());
  for (const method of ["similarity", "bn-scale"]) {
    const request = { method, keep: { kind: "channels", value: 0.6 } } as const;
    await fails(
      () => makePlan(map, request, runner),
      RequestError,
      /folded into the weights\); give pictures with --data/,
    );
  }
});

test.run();
