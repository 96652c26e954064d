import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { resnet } from "../../src/models/index.js";
import { allowance, BUDGETS, cutToBudget, formatBudget, parseBudget, type Step } from "../../src/prune/budget.js";
import { makePlan, type PruneRequest, writtenRequest } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { SIZE } from "./architectures.js";
import { fails } from "./expect-error.js";

const test = suite("prune/budget");

test("budgets as they are typed", () => {
  for (const kind of Object.keys(BUDGETS)) assert.equal(parseBudget(`${kind}=0.5`), { kind, value: 0.5 });
  assert.equal(parseBudget("bytes=200000"), { kind: "bytes", value: 200_000 });
  assert.equal(parseBudget("macs=1.5e6"), { kind: "macs", value: 1_500_000 });
  assert.equal(parseBudget("channels=1"), { kind: "channels", value: 1 });
  assert.equal(parseBudget("macs=1"), { kind: "macs", value: 1 });
  assert.equal(parseBudget("ms=4"), { kind: "ms", value: 4 });
  assert.equal(parseBudget("ms=0.8ms"), { kind: "ms", value: 0.8, amount: true });
  for (const text of ["ms=0.8ms", "ms=0.5", "macs=2000000"]) assert.is(formatBudget(parseBudget(text)), text);
});

test("what is not a budget", async () => {
  const unknown = [
    "",
    "macs",
    "macs=",
    "0.5",
    "=0.5",
    "flops=0.5",
    "macs=0.5=1",
    "MACS=0.5",
    "toString=0.5",
    "constructor=1",
    "ms=ms",
  ];
  for (const text of unknown) {
    await fails(
      () => parseBudget(text),
      RequestError,
      /^--keep: ".*": expected one of macs=N .* for example macs=0\.5$/,
    );
  }
  for (const text of ["macs=0", "macs=-1", "macs=half", "bytes=50%", "parameters=NaN", "channels=0"]) {
    await fails(() => parseBudget(text), RequestError, /^--keep: ".*": expected a share above 0 and up to 1/);
  }
  await fails(() => parseBudget("channels=1.5"), RequestError, /a share above 0 and up to 1$/);
  await fails(() => parseBudget("macs=0"), RequestError, /or an amount above 1$/);
});

test("up to 1 it is a share, above 1 an amount", () => {
  assert.is(allowance({ kind: "macs", value: 0.25 }, 1000), 250);
  assert.is(allowance({ kind: "macs", value: 1 }, 1000), 1000);
  assert.is(allowance({ kind: "macs", value: 300 }, 1000), 300);
});

/** Classes 0, 1, .. in the order in which they go; each has its own unit and cost. */
function cut(costs: readonly number[], allowed: number, fixed = 0): number[] {
  const sequence = costs.map((_, i): Step => ({ candidates: [{ unit: i, channel: 0, root: i }] }));
  const cost = (removed: ReadonlySet<number>) => costs.reduce((sum, c, i) => sum + (removed.has(i) ? 0 : c), fixed);
  return [...cutToBudget(sequence, allowed, cost, { kind: "macs", value: 7 })].sort((a, b) => a - b);
}

test("the first in the order go, as few as are enough", () => {
  assert.equal(cut([5, 5, 5, 5], 20), []);
  assert.equal(cut([5, 5, 5, 5], 19), [0]);
  assert.equal(cut([5, 5, 5, 5], 10), [0, 1]);
  assert.equal(cut([5, 5, 5, 5], 0), [0, 1, 2, 3]);
  assert.equal(cut([], 3, 3), []);
});

test("what still fits is put back, best first", () => {
  assert.equal(cut([1, 1, 1, 8], 4), [3]);
  assert.equal(cut([2, 1, 8, 1], 3), [0, 2]);
  assert.equal(cut([1, 2, 8, 1], 2), [1, 2]);
});

test("channels of one unit: one that does not fit speaks for all", () => {
  const calls: number[] = [];
  const sequence = [...Array(100).keys()].map((i): Step => ({ candidates: [{ unit: 0, channel: i, root: i }] }));
  const cost = (removed: ReadonlySet<number>) => (calls.push(removed.size), 100 - removed.size);
  assert.is(cutToBudget(sequence, 40, cost, { kind: "macs", value: 40 }).size, 60);
  assert.ok(calls.length < 12, `${calls.length} looks at the cost`);
});

test("what goes at once returns at once, or not at all, and nothing else of its units", () => {
  const at = (unit: number, root: number) => ({ unit, channel: root, root });
  const sequence: Step[] = [
    { candidates: [at(0, 0)] },
    { candidates: [at(1, 1)] },
    { candidates: [at(0, 2), at(1, 3)], closes: [0, 1] },
    { candidates: [at(2, 4)] },
  ];
  // Without 2 and 3 there is nothing of units 0 and 1.
  const cost = (removed: ReadonlySet<number>) =>
    (removed.has(4) ? 0 : 3) + (removed.has(2) ? 0 : 4 + (removed.has(0) ? 0 : 1) + (removed.has(1) ? 0 : 1));
  const left = (allowed: number) =>
    [...cutToBudget(sequence, allowed, cost, { kind: "macs", value: allowed })].sort((a, b) => a - b);
  assert.equal(left(9), []);
  assert.equal(left(8), [0]);
  assert.equal(left(7), [0, 1]);
  assert.equal(left(6), [0, 1, 2, 3]);
  assert.equal(left(3), [0, 1, 2, 3]);
  assert.equal(left(2), [0, 1, 2, 3, 4]);
});

test("a budget that cannot be met says what can", async () => {
  await fails(
    () => cut([5, 5], 6.5, 7),
    RequestError,
    /^--keep: macs=7 allows 6, but with one channel left everywhere that may be cut 7 remain; ask for 7 or more, or let more units be cut$/,
  );
  const map = findUnits(resnet({ depth: 8, width: 4, size: SIZE }));
  const plan = (request: Omit<PruneRequest, "method">) => makePlan(map, { method: "l1", ...request }, runtimeRunner());
  for (const kind of ["macs", "parameters", "bytes"] as const) {
    for (const only of [undefined, "inner", "layer1*"]) {
      for (const scope of ["global", "local"] as const) {
        let least = 0;
        try {
          await plan({ keep: { kind, value: 1e-6 }, only, scope });
          assert.unreachable();
        } catch (error) {
          assert.instance(error, RequestError);
          least = Number(/ask for (\d+) or more/.exec((error as Error).message)![1]);
        }
        assert.ok((await plan({ keep: { kind, value: least }, only, scope })).cuts.length > 0);
        const less = { keep: { kind, value: least - 1 }, only, scope };
        await fails(() => plan(less), RequestError, new RegExp(`ask for ${least} `));
      }
    }
  }
});

test("shares of channels are rounded, and never to nothing", async () => {
  const map = findUnits(resnet({ depth: 8, width: 6, size: SIZE }));
  const leftOf = async (value: number, name: string) => {
    const plan = await makePlan(map, { method: "l1", keep: { kind: "channels", value } }, runtimeRunner());
    const unit = map.units.find((candidate) => candidate.name === name)!;
    return unit.width - (plan.cuts.find((cut) => cut.unit === name)?.remove.length ?? 0);
  };
  const shares: readonly (readonly [share: number, of6: number, of24: number])[] = [
    [1, 6, 24],
    [0.98, 6, 24],
    [0.92, 6, 22],
    [0.75, 5, 18],
    [0.7, 4, 17],
    [0.5, 3, 12],
    [0.4, 2, 10],
    [0.08, 1, 2],
    [0.01, 1, 1],
  ];
  for (const [share, of6, of24] of shares) {
    assert.is(await leftOf(share, "layer1.0.conv1"), of6, `${share} of 6`);
    assert.is(await leftOf(share, "layer3.0.conv1"), of24, `${share} of 24`);
  }
});

test("what is not chosen is not touched", async () => {
  const map = findUnits(resnet({ depth: 14, width: 4, size: SIZE }));
  for (const [only, pattern] of [
    ["inner", /^layer\d\.\d\.conv1$/],
    ["layer2.*", /^layer2\./],
    ["*1.conv1", /1\.conv1$/],
  ] as const) {
    for (const keep of [
      { kind: "channels", value: 0.5 },
      { kind: "macs", value: 0.9 },
    ] as const) {
      const { cuts } = await makePlan(map, { method: "l1", keep, only }, runtimeRunner());
      assert.ok(cuts.length > 0);
      for (const { unit } of cuts) assert.match(unit, pattern);
    }
  }
});

test("local: each unit loses the same share", async () => {
  const map = findUnits(resnet({ depth: 8, width: 8, size: SIZE }));
  const request = { method: "l1", scope: "local", keep: { kind: "parameters", value: 0.5 } } as const;
  const { cuts } = await makePlan(map, request, runtimeRunner());
  const shares = map.units
    .filter(({ frozen }) => frozen === undefined)
    .map(({ name, width }) => (cuts.find(({ unit }) => unit === name)?.remove.length ?? 0) / width);
  assert.ok(Math.max(...shares) - Math.min(...shares) <= 1 / 8 + 1e-9, shares.join(" "));
});

test("the request as it is typed again", () => {
  const request: PruneRequest = { method: "l1", keep: { kind: "macs", value: 0.5 } };
  assert.equal(writtenRequest(request), { keep: "macs=0.5", scope: "global" });
  const inner: PruneRequest = { ...request, keep: { kind: "channels", value: 0.7 }, only: "inner" };
  assert.equal(writtenRequest(inner), { keep: "channels=0.7", scope: "local", only: "inner" });
  assert.equal(parseBudget(writtenRequest(inner)["keep"]!), inner.keep);
});

test.run();
