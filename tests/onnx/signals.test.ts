/** One-dimensional networks run as planes of height 1, so that what is known about planes holds for them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importOnnx } from "../../src/onnx/import.js";
import { simplify } from "../../src/passes/index.js";
import { mapChannels } from "../../src/prune/atoms.js";
import { buildModel, floats, node } from "./model-builder.js";

const test = suite("onnx/signals");

const count = (n: number) => Array.from({ length: n }, (_, i) => i / n);
const list = (name: string, value: number) => floats(name, [4], [value, value, value, value]);

/** conv, norm, relu and a second conv that joins the first one's output. */
const network = () =>
  importOnnx(
    buildModel({
      opset: 13,
      inputs: { x: [1, 2, 9] },
      nodes: [
        node("Conv", "x f", "c", { pads: [1, 1] }),
        node("BatchNormalization", "c one zero zero one", "n", {}),
        node("Relu", "n", "r", {}),
        node("Conv", "r g", "d", { pads: [1, 1] }),
        node("Add", "d r", "s", {}),
        node("MaxPool", "s", "p", { kernel_shape: [2], strides: [2] }),
        node("Conv", "p h", "y", {}),
      ],
      initializers: [
        floats("f", [4, 2, 3], count(24)),
        floats("g", [4, 4, 3], count(48)),
        floats("h", [1, 4, 1], count(4)),
        list("one", 1),
        list("zero", 0),
      ],
    }),
  ).graph;

test("what lies between the first and the last window needs no reshape", () => {
  const { nodes } = network();
  assert.is(nodes.map(({ op }) => op).join(" "), "reshape conv batch-norm relu conv add max-pool conv reshape");
});

test("batch norms are folded as among planes", () => {
  const { nodes } = simplify(network());
  assert.not.ok(nodes.some(({ op }) => op === "batch-norm"));
});

test("their channels can be removed", () => {
  const graph = network();
  const map = mapChannels(graph);
  const [channels] = map.atoms.get("f_plane")!;
  assert.is(channels!.length, 4);
  channels!.forEach((atom) => assert.is(map.frozen(map.rootOf(atom)), undefined));
});

test.run();
