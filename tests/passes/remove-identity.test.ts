import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GraphBuilder } from "../../src/models/builder.js";
import { removeIdentity } from "../../src/passes/remove-identity.js";
import { graph, opsOf, sameMeaning } from "./meaning.js";

const test = suite("passes/remove-identity");

type Build = (b: GraphBuilder, x: string) => readonly string[];

const same = (b: GraphBuilder, name: string, x: string) => b.node(name, "identity", {}, [x]);

const CASES: Readonly<Record<string, readonly [build: Build, after: readonly string[]]>> = {
  "one in between": [(b, x) => [b.relu("r", same(b, "i", x))], ["relu"]],
  "a chain of them": [
    (b, x) => [b.relu("r", same(b, "k", same(b, "j", same(b, "i", b.relu("q", x)))))],
    ["relu", "relu"],
  ],
  "one with several readers": [
    (b, x) => {
      const i = same(b, "i", x);
      return [b.node("a", "add", {}, [b.relu("r", i), i])];
    },
    ["relu", "add"],
  ],
  "a sampler that takes all": [
    (b, x) => [b.relu("r", b.node("g", "gather", { axis: 1, indices: [0, 1, 2], samples: true }, [x]))],
    ["relu"],
  ],
  "one that takes a part stays": [
    (b, x) => [b.relu("r", b.node("g", "gather", { axis: 1, indices: [0, 2], samples: true }, [x]))],
    ["gather", "relu"],
  ],
  "a gather of all rows stays: larger pictures have more of them": [
    (b, x) => [b.relu("r", b.node("g", "gather", { axis: 2, indices: [0, 1, 2, 3, 4] }, [x]))],
    ["gather", "relu"],
  ],
  "an output stays": [(b, x) => [same(b, "i", b.relu("r", x))], ["relu", "identity"]],
  "an output that is read, too, stays": [
    (b, x) => {
      const i = same(b, "i", x);
      return [b.relu("r", i), i];
    },
    ["identity", "relu"],
  ],
  "one behind an output goes": [
    (b, x) => {
      const r = b.relu("r", x);
      return [r, b.relu("q", same(b, "i", r))];
    },
    ["relu", "relu"],
  ],
  "the last of a chain is an output": [(b, x) => [same(b, "j", same(b, "i", x))], ["identity"]],
  none: [(b, x) => [b.relu("r", x)], ["relu"]],
};

for (const [title, [build, after]] of Object.entries(CASES)) {
  test(title, () => {
    const before = graph(build);
    const simple = removeIdentity(before);
    sameMeaning(before, simple, true);
    assert.equal(opsOf(simple), after);
  });
}

test.run();
