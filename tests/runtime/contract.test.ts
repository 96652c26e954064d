/** Names that the runtime keeps as text are those of the contract that both sides compile. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FORMULAS } from "../../src/runtime/layers/unary.js";
import { STEP_FIELDS } from "../../src/runtime/write-step.js";

const test = suite("runtime/contract");

type Enum = Readonly<Record<string, string | number>>;
const contract = (await import("../../assembly/abi.js")) as unknown as Readonly<Record<"StepOffset" | "Unary", Enum>>;

/** Names of an enum by falling out of its object's other half. */
const entriesOf = (of: Enum) => Object.entries(of).filter(([, value]) => typeof value === "number");

test("the words of a step", () => {
  assert.equal(
    STEP_FIELDS.map((name, i) => [name, 4 * i]),
    entriesOf(contract.StepOffset),
  );
});

test("the formulas", () => {
  assert.equal(
    FORMULAS.map((name, i) => [name, i]),
    entriesOf(contract.Unary),
  );
});

test.run();
