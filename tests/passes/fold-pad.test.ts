import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph.js";
import type { GraphBuilder } from "../../src/models/builder.js";
import { isOp } from "../../src/ops/index.js";
import type { PadAttrs } from "../../src/ops/pad.js";
import { foldPad } from "../../src/passes/fold-pad.js";
import { graph, opsOf, sameMeaning } from "./meaning.js";

const test = suite("passes/fold-pad");

const PLANES: PadAttrs = { before: [0, 0, 1, 2], after: [0, 0, 3, 0], mode: "constant", value: 0 };

const padded = (b: GraphBuilder, x: string, attrs: Partial<PadAttrs> = {}) =>
  b.node("p", "pad", { ...PLANES, ...attrs }, [x]);
const conv = (b: GraphBuilder, x: string, name = "c") => b.conv(name, x, 4, 3, { pad: 1 });

/** pad -> conv with these attributes of the pad. */
const chain = (attrs: Partial<PadAttrs> = {}) => graph((b, x) => [conv(b, padded(b, x, attrs))]);

test("pad, conv becomes conv", () => {
  const before = chain();
  const after = foldPad(before);
  sameMeaning(before, after, true);
  assert.equal(opsOf(after), ["conv"]);
  const [node] = after.nodes;
  if (!isOp(node, "conv")) return assert.unreachable("expected a conv");
  assert.equal(node.attrs.pads, [2, 3, 4, 1]);
});

const LEFT: Readonly<Record<string, Graph>> = {
  "pads of channels": chain({ before: [0, 1, 1, 0] }),
  "pads of images": chain({ after: [1, 0, 0, 0] }),
  "pads with another number": chain({ value: 1 }),
  "pads that reflect": chain({ mode: "reflect" }),
  "pads that repeat the edge": chain({ mode: "edge" }),
  "a pad that is read twice": graph((b, x) => {
    const p = padded(b, x);
    return [conv(b, p), conv(b, p, "d")];
  }),
  "a pad that is an output": graph((b, x) => {
    const p = padded(b, x);
    return [conv(b, p), p];
  }),
  "a relu between": graph((b, x) => [conv(b, b.relu("r", padded(b, x)))]),
  "a pool behind": graph((b, x) => [
    b.node("m", "max-pool", { kernel: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], ceil: false }, [
      padded(b, x),
    ]),
  ]),
};

for (const [title, before] of Object.entries(LEFT)) {
  test(`leaves ${title}`, () => {
    const after = foldPad(before);
    sameMeaning(before, after, true);
    assert.equal(opsOf(after), opsOf(before));
  });
}

test.run();
