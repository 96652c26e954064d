/** The laws of channels that go in a method's own order, each unit as far as pictures say. Where blocks go, too: block-laws.test.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { latencyModel } from "../../src/measure/latency-model.js";
import { maskGraph } from "../../src/prune/apply.js";
import { costModel } from "../../src/prune/cost.js";
import { maskedByEdits } from "../../src/prune/edits/index.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { formatPlan, parsePlan, type PrunePlan, removedClasses } from "../../src/prune/plan.js";
import { applyPlan, makePlan, type PruneRequest, type Resources } from "../../src/prune/prune.js";
import { findUnits, type UnitMap } from "../../src/prune/units.js";
import { ARCHITECTURES } from "./architectures.js";
import { fails } from "./expect-error.js";
import { fakeTable } from "./fake-latency.js";
import { difference, meaning, noisePictures, runner, running } from "./laws.js";

const test = suite("prune/weighed");

/** Those that share a budget out by scores of channels. */
const SCORING = METHODS.filter(({ options }) => "allocate" in options && options.allocate.default === "auto");
/** Of these on every network, of the others on one. */
const OFTEN = ["l1", "surgery"];
const NETWORKS = ["resnet", "mobilenet", "gate", "shared weights", "shuffle"];
const WEIGHINGS = ["error", "sensitivity"] as const;

function checkMaximal({ graph, channels }: UnitMap, removed: ReadonlySet<number>, share: number): void {
  const model = costModel(graph, channels);
  const allowed = share * model(new Set()).macs;
  assert.ok(removed.size > 0 && model(removed).macs <= allowed);
  for (const root of removed) {
    const others = new Set([...removed].filter((other) => other !== root));
    assert.ok(model(others).macs > allowed, `class ${root} can be put back`);
  }
}

/** Of each unit that is cut by both, the fewer channels are among the others. */
function checkSameOrder(a: PrunePlan, b: PrunePlan): void {
  for (const { unit, remove } of a.cuts) {
    const other = b.cuts.find((cut) => cut.unit === unit)?.remove ?? [];
    const [few, many] = remove.length < other.length ? [remove, other] : [other, remove];
    assert.ok(
      few.every((channel) => many.includes(channel)),
      unit,
    );
  }
}

for (const name of NETWORKS) {
  test(`${name}: met, maximal, equal to masked, replayed, in the order of the scores`, async () => {
    const map = findUnits(ARCHITECTURES[name]!());
    const pictures = noisePictures(map.graph);
    for (const { name: method } of name === "resnet" ? SCORING : SCORING.filter((of) => OFTEN.includes(of.name))) {
      const ask = (allocate: string): PruneRequest => {
        return { method, keep: { kind: "macs", value: 0.6 }, options: { allocate, blocks: "keep" } };
      };
      const scored = await makePlan(map, ask("score"), runner, pictures);
      for (const allocate of WEIGHINGS) {
        const plan = await makePlan(map, ask(allocate), runner, pictures);
        const removed = removedClasses(plan, map.units);
        checkMaximal(map, removed, 0.6);
        checkSameOrder(plan, scored);
        const result = await applyPlan(map, plan, runner);
        verifyGraph(result.graph);
        const masked = maskedByEdits(plan.edits ?? [], maskGraph(map.graph, map.channels, removed));
        assert.ok(difference(meaning(masked), meaning(result.graph)) <= 1e-5, `${method}: equal to masked`);
        assert.ok(difference(await running(masked), await running(result.graph)) <= 1e-4, "on the runtime, too");
        assert.equal(parsePlan(formatPlan(plan), "plan.json"), plan);
      }
    }
    const again = {
      method: "l1",
      keep: { kind: "macs", value: 0.6 },
      options: { allocate: "sensitivity", blocks: "keep" },
    } as const;
    assert.equal(
      await makePlan(findUnits(map.graph), again, runner, pictures),
      await makePlan(map, again, runner, pictures),
    );
  });
}

test("a unit that its readers do not need goes first, whatever its filters are like", async () => {
  const graph = ARCHITECTURES["concat"]!();
  const weights = (node: string) => graph.nodes.find(({ name }) => name === node)!.inputs[1]!;
  const [made, read] = [weights("left"), weights("after")];
  const constants = new Map(graph.constants);
  const scale = (constant: string, by: (at: number) => number) => {
    const { shape, data } = constants.get(constant)!;
    constants.set(constant, { shape, data: Float32Array.from(data, (v: number, i) => v * by(i)) });
  };
  scale(made, () => 100);
  // The first six of eleven input channels are the left branch's.
  scale(read, (i) => (Math.floor(i / 9) % 11 < 6 ? 1e-7 : 1));
  const map = findUnits({ ...graph, constants });
  const ask = (allocate: string) => {
    const request = { method: "l1", keep: { kind: "macs", value: 0.95 }, options: { allocate } } as const;
    return makePlan(map, request, runner, noisePictures(graph));
  };
  for (const allocate of WEIGHINGS) {
    const { cuts } = await ask(allocate);
    assert.equal(
      cuts.map(({ unit }) => unit),
      ["left"],
    );
  }
});

test("by milliseconds, too", async () => {
  const map = findUnits(ARCHITECTURES["resnet"]!());
  const timed = { ...runner, latency: latencyModel(await fakeTable(map.graph)) };
  for (const allocate of WEIGHINGS) {
    const request = { method: "l1", keep: { kind: "ms", value: 0.6 }, options: { allocate, blocks: "keep" } } as const;
    const plan = await makePlan(map, request, timed, noisePictures(map.graph));
    const before = total(timed, map.graph);
    const after = total(timed, (await applyPlan(map, plan, timed)).graph);
    assert.ok(after <= 0.6 * before, `${after} of ${before}`);
  }
});

function total({ latency }: { latency: ReturnType<typeof latencyModel> }, graph: UnitMap["graph"]): number {
  return latency.layers(graph).reduce((sum, { sizes, milliseconds }) => sum + milliseconds(sizes), latency.overheadMs);
}

test("pictures are asked for where they decide, and only there", async () => {
  const map = findUnits(ARCHITECTURES["vgg"]!());
  const none: Resources = {};
  for (const { name: method } of SCORING.filter(({ needs, uses }) => !needs.includes("samples") && !uses)) {
    for (const allocate of WEIGHINGS) {
      const request: PruneRequest = { method, keep: { kind: "macs", value: 0.6 }, options: { allocate } };
      const message = new RegExp(`^--allocate ${allocate}: weighs what pictures show; give --data$`);
      await fails(() => makePlan(map, request, runner, none), RequestError, message);
      assert.equal((await makePlan(map, { ...request, keep: { kind: "macs", value: 1 } }, runner, none)).cuts, []);
      const shares = await makePlan(map, { ...request, keep: { kind: "channels", value: 0.5 } }, runner, none);
      assert.ok(shares.cuts.length > 0, "the same share of each unit");
    }
  }
  const surgery: PruneRequest = { method: "surgery", options: { allocate: "error" } };
  await fails(() => makePlan(map, surgery, runner, none), RequestError, /^--allocate error: .* give --keep, too$/);
});

test.run();
