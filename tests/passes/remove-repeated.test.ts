import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GraphBuilder } from "../../src/models/builder.js";
import { removeRepeated } from "../../src/passes/remove-repeated.js";
import { graph, opsOf, sameMeaning } from "./meaning.js";

const test = suite("passes/remove-repeated");

type Build = (b: GraphBuilder, x: string) => readonly string[];

const clip = (b: GraphBuilder, name: string, x: string, max: number) => b.node(name, "clip", { min: 0, max }, [x]);

const CASES: Readonly<Record<string, readonly [build: Build, after: readonly string[]]>> = {
  "three of them": [(b, x) => [b.node("n", "neg", {}, [b.relu("r", b.relu("q", b.relu("p", x)))])], ["relu", "neg"]],
  "the same bounds": [(b, x) => [b.node("n", "neg", {}, [clip(b, "d", clip(b, "c", x, 6), 6)])], ["clip", "neg"]],
  "other bounds": [(b, x) => [b.node("n", "neg", {}, [clip(b, "d", clip(b, "c", x, 6), 5)])], ["clip", "clip", "neg"]],
  "another operator in between": [
    (b, x) => [b.relu("r", b.node("n", "neg", {}, [b.relu("q", x)]))],
    ["relu", "neg", "relu"],
  ],
  "an operator that changes something each time": [
    (b, x) => [b.node("m", "neg", {}, [b.node("n", "neg", {}, [x])])],
    ["neg", "neg"],
  ],
  "an output stays": [(b, x) => [b.relu("r", b.relu("q", x))], ["relu", "relu"]],
};

for (const [name, [build, after]] of Object.entries(CASES)) {
  test(name, () => {
    const before = graph(build);
    const simple = removeRepeated(before);
    assert.equal(opsOf(simple), after);
    sameMeaning(before, simple);
  });
}

test.run();
