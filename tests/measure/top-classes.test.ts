import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openGraph } from "../../src/measure/runner.js";
import { topClasses } from "../../src/measure/top-classes.js";
import { GraphBuilder } from "../../src/models/index.js";
import { passing } from "./sessions.js";

const test = suite("measure/top-classes");

async function top(graph: ReturnType<typeof passing>, numbers: readonly number[], most: number) {
  const session = await openGraph(graph);
  return topClasses(session, session.run({ input: numbers }), most);
}

test("best first, with their names", async () => {
  const labels = ["cat", "dog", "bird"];
  assert.equal(await top(passing([1, 3], { labels, task: "classes" }), [1, 3, 2], 2), [
    { index: 1, label: "dog", score: 3 },
    { index: 2, label: "bird", score: 2 },
  ]);
});

test("without names, more than there are, and ties in the order of the classes", async () => {
  assert.equal(await top(passing([1, 3]), [2, 1, 2], 5), [
    { index: 0, label: undefined, score: 2 },
    { index: 2, label: undefined, score: 2 },
    { index: 1, label: undefined, score: 1 },
  ]);
});

test("answers with axes of 1 behind them count where the network says that they are classes", async () => {
  const answers = [1, 4, 1, 1] as const;
  assert.is((await top(passing(answers, { task: "classes" }), [1, 2, 3, 4], 1))![0]!.index, 3);
  assert.is(await top(passing(answers), [1, 2, 3, 4], 1), undefined);
});

test("what is not one number a class", async () => {
  assert.is(await top(passing([1, 1]), [1], 1), undefined);
  assert.is(await top(passing([2, 3]), [1, 2, 3, 4, 5, 6], 1), undefined);
  assert.is(await top(passing([1, 2, 2, 1], { task: "classes" }), [1, 2, 3, 4], 1), undefined);
  const b = new GraphBuilder(1);
  const x = b.input("input", [1, 3]);
  const two = b.build("two", [b.relu("a", x), b.node("b", "identity", {}, [x])]);
  assert.is(await top(two, [1, 2, 3], 1), undefined);
});

test.run();
