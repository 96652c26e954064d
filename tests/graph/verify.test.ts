import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors.js";
import { NOTHING_KNOWN } from "../../src/graph/about.js";
import { formatShape, type Graph, type Node, sameShape, sizeOf } from "../../src/graph/graph.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { makeNode } from "../../src/ops/index.js";

const test = suite("graph/verify");

const relu = (x: string, y: string, name = y): Node => makeNode("relu", {}, [x], y, name);

const SOUND: Graph = {
  name: "g",
  inputs: [{ name: "x", shape: [1, 2], batch: "" }],
  outputs: ["y"],
  nodes: [relu("x", "h"), makeNode("add", {}, ["h", "w"], "y")],
  constants: new Map([["w", { shape: [2], data: new Float32Array(2) }]]),
  about: NOTHING_KNOWN,
};

const weights = (length: number) => new Map([["w", { shape: [2], data: new Float32Array(length) }]]);

const BROKEN: readonly (readonly [title: string, change: Partial<Graph>, message: RegExp])[] = [
  [
    "an input twice",
    { inputs: [...SOUND.inputs, ...SOUND.inputs] },
    /graph inputs: defines "x", which is defined already/,
  ],
  [
    "a constant with an input's name",
    { constants: new Map([["x", { shape: [], data: new Float32Array(1) }]]) },
    /graph constants: defines "x"/,
  ],
  ["a constant of another length", { constants: weights(3) }, /w: constant has 3 elements, shape 2/],
  ["two nodes of one name", { nodes: [relu("x", "h", "n"), relu("h", "y", "n")] }, /n: two nodes have this name/],
  ["a value defined twice", { nodes: [relu("x", "y", "a"), relu("x", "y", "b")] }, /b: defines "y"/],
  ["a value that shadows an input", { nodes: [relu("x", "x")] }, /x: defines "x"/],
  [
    "a value read before it is defined",
    { nodes: [relu("h", "y"), relu("x", "h")] },
    /y: reads "h", which nothing before it defines/,
  ],
  ["a value that nobody defines", { nodes: [relu("z", "y")] }, /y: reads "z"/],
  ["an output that nobody defines", { outputs: ["z"] }, /g: output "z" is not computed by any node/],
];

test("accepts a sound graph", () => verifyGraph(SOUND));

for (const [title, change, message] of BROKEN) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => verifyGraph({ ...SOUND, ...change }),
      (error: unknown) => error instanceof ModelError && message.test(error.message),
    );
  });
}

test("shapes", () => {
  assert.is(sizeOf([]), 1);
  assert.is(sizeOf([2, 3, 4]), 24);
  assert.is(formatShape([]), "scalar");
  assert.is(formatShape([1, 3, 32, 32]), "1x3x32x32");
  assert.ok(sameShape([1, 2], [1, 2]));
  assert.not(sameShape([1, 2], [1, 2, 1]));
  assert.not(sameShape([1, 2], [2, 1]));
});

test.run();
