import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { measureAccuracy } from "../../src/measure/accuracy.js";
import { collectAnswers, divergence, shareRight } from "../../src/measure/answers.js";
import { openGraph } from "../../src/measure/runner.js";
import { echo, echoThrough, rawRow, rows } from "./sessions.js";

const test = suite("measure/answers");

async function answers(scores: readonly (readonly number[])[], graph: Graph = echo(scores[0]!.length)) {
  return collectAnswers(await openGraph(graph), rows(scores), rawRow(scores[0]!.length));
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

test("0 between equal answers, whatever is added to all scores", async () => {
  const first = await answers([
    [1, 2, 3],
    [0, 0, 5],
  ]);
  near(divergence(first, first), 0);
  const shifted = await answers([
    [11, 12, 13],
    [-1, -1, 4],
  ]);
  near(divergence(first, shifted), 0);
});

test("the mean over pictures of what the definition says", async () => {
  const even = await answers([
    [0, 0],
    [0, 0],
  ]);
  const apart = await answers([
    [Math.log(3), 0],
    [0, 0],
  ]);
  near(divergence(even, apart), (0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25)) / 2);
  near(divergence(apart, even), (0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5)) / 2);
});

test("a network with a softmax at its end answers the same as one without; a probability of 0 is no infinity", async () => {
  const scores = [
    [1, -2, 0.5],
    [200, 0, -200],
  ];
  const softmax = echoThrough(3, (b, flat) => b.node("p", "softmax", { axis: 1 }, [flat]));
  const [plain, ended] = [await answers(scores), await answers(scores, softmax)];
  near(divergence(plain, ended), 0);
  assert.ok(Number.isFinite(divergence(await answers([[0, 0, 0], scores[1]!]), ended)));
});

test("a batch of pictures is read row by row", async () => {
  const scores = [
    [1, 2],
    [3, 1],
    [0, 5],
  ];
  near(divergence(await answers(scores), await answers(scores, echo(2, 2))), 0);
});

test("answers that are not finite, other pictures, and networks that answer otherwise", async () => {
  const one = await answers([[1, 2]]);
  assert.ok(Number.isNaN(divergence(one, await answers([[Number.NaN, 2]]))));
  const two = await answers([
    [1, 2],
    [1, 2],
  ]);
  assert.throws(
    () => divergence(one, two),
    (error: unknown) => error instanceof DataError && /2 and 4 numbers/.test(error.message),
  );
  const planes = echoThrough(2, (b, flat) => b.node("planes", "reshape", { shape: [1, 1, 2] }, [flat]));
  let fault: unknown;
  await answers([[1, 2]], planes).catch((error: unknown) => (fault = error));
  assert.ok(fault instanceof RequestError && /one number a class/.test(fault.message));
});

test("as often right as the accuracy says, ties and NaN included", async () => {
  const scores = [
    [1, 2, 2],
    [5, 5, 0],
    [0, 0, 1],
    [Number.NaN, 0, 0],
  ];
  const set = rows(scores, [1, 1, 2, 0]);
  const session = await openGraph(echo(3));
  const kept = collectAnswers(session, set, rawRow(3));
  assert.is(shareRight(kept, set), 0.5);
  assert.is(measureAccuracy(session, set, { preprocessing: rawRow(3) }).top1, 0.5);
});

test.run();
