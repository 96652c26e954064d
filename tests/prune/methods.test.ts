/** What every pruning method says of itself, and how a request is checked against that. The laws: rank.test.ts and sparse.test.ts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { BUDGETS } from "../../src/prune/budget.js";
import { METHODS } from "../../src/prune/methods/index.js";
import { NEEDS } from "../../src/prune/methods/method.js";
import { choice, type MethodOption, number, readOptions } from "../../src/prune/methods/option.js";
import { makePlan, type PruneRequest } from "../../src/prune/prune.js";
import { findUnits } from "../../src/prune/units.js";
import { ARCHITECTURES } from "./architectures.js";
import { fails } from "./expect-error.js";
import { noisePictures } from "./laws.js";

const test = suite("prune/methods");
const runner = runtimeRunner();
const map = findUnits(ARCHITECTURES["resnet"]!());
const plan = (request: PruneRequest) => makePlan(map, request, runner, noisePictures(map.graph));
const MOST = { kind: "macs", value: 0.8 } as const;

test("every method says what it is", async () => {
  const names = METHODS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const { name, summary, paper, removes, needs, budgets, scopes } of METHODS) {
    assert.ok(name && summary && removes && /\d{4}/.test(paper), name);
    assert.ok(needs.length > 0 && needs.every((need) => Object.hasOwn(NEEDS, need)), name);
    assert.ok(budgets.length > 0 && budgets.every((kind) => Object.hasOwn(BUDGETS, kind)), name);
    assert.ok(scopes.length > 0, name);
  }
  await fails(() => plan({ method: "magic", keep: MOST }), RequestError, new RegExp(names.join(", ")));
});

test("every option says what it means, and its default is one of its values", () => {
  for (const method of METHODS) {
    readOptions(method, {});
    for (const [name, { meaning, value }] of Object.entries<MethodOption>(method.options)) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.ok(meaning && value, `${method.name} --${name}`);
    }
  }
});

test("only methods that draw lots depend on the seed", async () => {
  const drawing = ["random", "perforate"];
  for (const { name } of METHODS) {
    const decided = async (seed: number) => {
      const { cuts, edits } = await plan({ method: name, seed, keep: MOST });
      return JSON.stringify([cuts, edits]);
    };
    assert.is((await decided(1)) === (await decided(2)), !drawing.includes(name), name);
  }
});

test("budgets and scopes that a method does not know", async () => {
  await fails(
    () => plan({ method: "l1", keep: { kind: "weights", value: 0.5 } }),
    RequestError,
    /^--keep: method l1 takes macs=, parameters=, bytes=, channels=, ms=; weights= means nothing to it$/,
  );
  await fails(
    () => plan({ method: "magnitude", keep: { kind: "channels", value: 0.5 } }),
    RequestError,
    /^--keep: method magnitude takes weights=, macs=, parameters=, bytes=, ms=; channels= means nothing to it$/,
  );
  await fails(() => plan({ method: "l1" }), RequestError, /^--keep: method l1 needs a budget: macs=, /);
});

test("options that a method does not have, or values that they do not take", async () => {
  await fails(
    () => plan({ method: "l1", keep: MOST, options: { pattern: "2:4" } }),
    RequestError,
    /^--pattern: is no option of method l1; it has --allocate, --blocks$/,
  );
  const options = { colour: choice("of it", ["red", "blue"], "blue"), size: number("of it", { least: 1, most: 4 }, 2) };
  const method = { name: "some", options };
  assert.equal(readOptions(method, {}), { colour: "blue", size: 2 });
  assert.equal(readOptions(method, { size: "3.5", colour: "red" }), { colour: "red", size: 3.5 });
  const wrong = (typed: Record<string, string>, message: RegExp) =>
    fails(() => readOptions(method, typed), RequestError, message);
  await wrong({ height: "1" }, /^--height: is no option of method some; it has --colour, --size$/);
  await wrong({ colour: "green" }, /^--colour: "green": expected one of red, blue$/);
  for (const size of ["", "0", "5", "two", "NaN"]) {
    await wrong({ size }, /^--size: ".*": expected a number from 1 to 4$/);
  }
  const whole = { name: "whole", options: { n: number("of it", { least: 2, whole: true }, 2) } };
  await fails(() => readOptions(whole, { n: "2.5" }), RequestError, /^--n: "2.5": expected a whole number from 2 on$/);
});

test.run();
