import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RequestError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder, mobilenetV2, resnet } from "../../src/models/index.js";
import { runtimeRunner } from "../../src/measure/runner.js";
import { prune } from "../../src/prune/prune.js";
import { findUnits, selectUnits } from "../../src/prune/units.js";
import { ARCHITECTURES, channels, classifier, concat, reshape, SIZE, transpose } from "./architectures.js";

const test = suite("prune/units");

const OUTPUT = "is an output of the network";

/** `name width`, then `residual`, then why it is frozen. */
function described(graph: Graph): string[] {
  return findUnits(graph).units.map(({ name, width, residual, frozen }) =>
    [`${name} ${width}`, ...(residual ? ["residual"] : []), ...(frozen === undefined ? [] : [frozen])].join(", "),
  );
}

const unitsOf = (name: string): string[] => described(ARCHITECTURES[name]!());

/** The body's units, without the dense layer behind it. */
function bodyUnits(body: (b: GraphBuilder, x: string) => string): string[] {
  const units = described(classifier(body));
  assert.is(units.pop(), `logits 5, ${OUTPUT}`);
  return units;
}

test("resnet: a trunk for each stage, to which a shortcut adds what is missing, and one unit inside each block", () => {
  assert.equal(described(resnet({ depth: 14, width: 8, size: SIZE })), [
    "conv1 8, residual",
    "layer1.0.conv1 8",
    "layer1.1.conv1 8",
    "layer2.0.conv1 16",
    "layer2.0.conv2 8, residual",
    "layer2.1.conv1 16",
    "layer3.0.conv1 32",
    "layer3.0.conv2 16, residual",
    "layer3.1.conv1 32",
    `logits 10, ${OUTPUT}`,
  ]);
});

test("resnet: the trunk owns all that reads and writes it", () => {
  const { units } = findUnits(resnet({ depth: 8, width: 4, size: SIZE }));
  const [trunk] = units;
  assert.equal(trunk!.producers, ["conv1", "layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"]);
  const owned = trunk!.owned.map(({ constant, axis, role, slices }) => `${constant} ${axis} ${role} ${slices[0]}`);
  assert.equal(owned.slice(0, 6), [
    "conv1.weight 0 produce 0",
    "bn1.gamma 0 parameter 0",
    "bn1.beta 0 parameter 0",
    "bn1.mean 0 parameter 0",
    "bn1.variance 0 parameter 0",
    "layer1.0.conv1.weight 1 consume 0",
  ]);
  // Zeros in front: 2 where the width becomes 8, and 4 more where it becomes 16.
  assert.ok(owned.includes("layer2.0.conv2.weight 0 produce 2"));
  assert.ok(owned.includes("layer3.0.conv2.weight 0 produce 6"));
  assert.is(owned.at(-1), "logits.weight 1 consume 6");
});

test("mobilenet: what a block widens is one unit with its depthwise filters, what it narrows to joins the trunk", () => {
  const stages = [
    [1, 5, 1, 1],
    [3, 6, 2, 2],
  ] as const;
  assert.equal(described(mobilenetV2({ stages, stem: 4, head: 10, size: 16, classes: 4 })), [
    "stem.conv 4",
    "block0.0.project 5",
    "block1.0.expand.conv 15",
    "block1.0.project 6, residual",
    "block1.1.expand.conv 18",
    "head.conv 10",
    `logits 4, ${OUTPUT}`,
  ]);
  const { units } = findUnits(mobilenetV2({ stages, stem: 4, head: 10, size: 16, classes: 4 }));
  assert.equal(units[2]!.producers, ["block1.0.expand.conv"]);
  assert.equal(units[3]!.producers, ["block1.0.project", "block1.1.project"]);
});

test("concatenations keep their inputs apart", () => {
  assert.equal(unitsOf("concat"), ["left 6", "right 5", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("concat with itself"), ["trunk 6", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("concat with a part of itself"), ["trunk 3", "trunk#2 3", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("beside the picture"), ["trunk 6", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("joined by height"), ["top 6", "after 5", `logits 5, ${OUTPUT}`]);
});

test("slices take channels apart", () => {
  assert.equal(unitsOf("split"), ["trunk 4", "trunk#2 4", "low 5, residual", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("tap"), ["trunk 4", "trunk#2 4", "some 4", "all 4", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("halves without weights"), ["trunk 4", "trunk#2 4", "after 6", `logits 5, ${OUTPUT}`]);
});

test("groups of a convolution lose channels at the same place", () => {
  assert.equal(unitsOf("2 groups"), ["before 8", "grouped 6", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("4 groups"), ["before 4", "grouped 3", "after 6", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("depthwise, twice as many"), ["before 6", "after 6", `logits 5, ${OUTPUT}`]);
  const { units } = findUnits(ARCHITECTURES["4 groups"]!());
  assert.equal(units[1]!.owned[0]!.slices, [
    [0, 3, 6, 9],
    [1, 4, 7, 10],
    [2, 5, 8, 11],
  ]);
  assert.equal(
    units[0]!.owned.map(({ constant, axis }) => `${constant} ${axis}`),
    ["before.weight 0", "before.bias 0", "grouped.weight 1"],
  );
});

test("a gate couples the channels it scales with the layer that computes it", () => {
  assert.equal(unitsOf("gate"), ["trunk 8", "squeeze 4", "after 6", `logits 5, ${OUTPUT}`]);
  const { units } = findUnits(ARCHITECTURES["gate"]!());
  assert.equal(units[0]!.producers, ["trunk", "excite"]);
});

test("whoever shares weights shares channels", () => {
  assert.equal(unitsOf("shared weights"), ["left 6", "once 7", "after 6", `logits 5, ${OUTPUT}`]);
  const { units } = findUnits(ARCHITECTURES["shared weights"]!());
  assert.equal(units[0]!.producers, ["left", "right"]);
  assert.equal(units[1]!.producers, ["once", "again"]);
});

test("channels are followed through transposes, reshapes and dense layers", () => {
  assert.equal(unitsOf("channels last"), ["before 7", "dense 9", "after 5", `logits 5, ${OUTPUT}`]);
  assert.equal(unitsOf("flatten"), ["conv 6", "hidden 8", `logits 4, ${OUTPUT}`]);
  assert.equal(unitsOf("elementwise constants"), ["trunk 7", "after 5", `logits 5, ${OUTPUT}`]);
  const { units } = findUnits(ARCHITECTURES["flatten"]!());
  const reader = units[0]!.owned.find(({ constant }) => constant === "hidden.weight")!;
  assert.equal(
    reader.slices[2],
    [...Array(16).keys()].map((i) => 32 + i),
  );
});

test("a shuffle is only a permutation, so the groups behind it pair other channels", () => {
  const { units } = findUnits(ARCHITECTURES["shuffle"]!());
  assert.equal(unitsOf("shuffle"), ["before 4", "grouped 3", "after 4", `logits 5, ${OUTPUT}`]);
  // Positions i and i + 6 go together in front of the shuffle, and behind it again: channels i, i + 3, i + 6 and i + 9.
  assert.equal(units[1]!.owned[0]!.slices[0], [0, 3, 6, 9]);
});

test("channels that are padded go with what they meet, or alone", () => {
  assert.equal(unitsOf("padded channels"), ["trunk 5", "pad 3", "after 6", `logits 5, ${OUTPUT}`]);
});

test("several outputs, several inputs", () => {
  assert.equal(unitsOf("several inputs and outputs"), [
    "left 6, residual",
    "joined 8",
    `planes 2, ${OUTPUT}`,
    `logits 4, ${OUTPUT}`,
  ]);
});

test("an inner value that is an output, too, stays whole", () => {
  const graph = ARCHITECTURES["concat"]!();
  const open = { ...graph, outputs: [...graph.outputs, "left.relu"] };
  assert.equal(described(open).slice(0, 2), [`left 6, ${OUTPUT}`, "right 5"]);
});

test("softmax over channels", () => {
  const softmax = (axis: number) => (b: GraphBuilder, x: string) =>
    b.node("softmax", "softmax", { axis }, [b.conv("conv", x, 6, 3)]);
  assert.equal(bodyUnits(softmax(1)), ["conv 6, softmax: softmax sums over all channels"]);
  assert.equal(bodyUnits(softmax(3)), ["conv 6"]);
});

test("a value of fixed width that is joined", () => {
  const withInput = (b: GraphBuilder, x: string) => b.node("sum", "add", {}, [b.conv("conv", x, 3, 3), x]);
  assert.equal(bodyUnits(withInput), ["conv 3, sum: joined elementwise with a value of fixed width"]);
  const beside = (b: GraphBuilder, x: string) =>
    b.node("sum", "add", {}, [concat(b, "concat", [x, b.conv("a", x, 2, 1)]), b.conv("b", x, 5, 3)]);
  assert.equal(bodyUnits(beside), ["a 2, residual", "b 3, meets a channel of fixed width"]);
});

test("slices with a step over the channels", () => {
  const even = (b: GraphBuilder, x: string) => channels(b, "even", b.conv("conv", x, 8, 3), 0, 8, 2);
  assert.equal(bodyUnits(even), ["conv 8, even: sliced with a step of 2 over the channels"]);
});

test("padding over the channels with what is there", () => {
  for (const mode of ["reflect", "edge"] as const) {
    const mirrored = (b: GraphBuilder, x: string) => {
      const attrs = { before: [0, 1, 0, 0], after: [0, 0, 0, 0], mode, value: 0 };
      return b.node("pad", "pad", attrs, [b.conv("conv", x, 6, 3)]);
    };
    assert.equal(bodyUnits(mirrored), [`conv 6, pad: padded over the channels in mode "${mode}"`]);
    const rows = (b: GraphBuilder, x: string) => {
      const attrs = { before: [0, 0, 1, 0], after: [0, 0, 0, 1], mode, value: 0 };
      return b.node("pad", "pad", attrs, [b.conv("conv", x, 6, 3)]);
    };
    assert.equal(bodyUnits(rows), ["conv 6"]);
  }
});

test("averages over the channels", () => {
  const mean = (b: GraphBuilder, x: string) => {
    const average = b.node("mean", "reduce-mean", { axes: [1], keepDims: true }, [b.conv("conv", x, 6, 3)]);
    return b.conv("after", average, 4, 1);
  };
  assert.equal(bodyUnits(mean), ["conv 6, mean: averaged over the channels", "after 4"]);
});

test("weights that a layer of fixed width shares", () => {
  const body = (b: GraphBuilder, x: string) => {
    const filter = b.weights("shared", [3, 3, 3, 3], 0.2);
    const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 } as const;
    const once = b.node("once", "conv", attrs, [x, filter]);
    return b.node("again", "conv", attrs, [b.relu("relu", once), filter]);
  };
  assert.equal(bodyUnits(body), ['once 3, shares weights "shared" with a layer of fixed width']);
});

test("products of two values", () => {
  const squares = (b: GraphBuilder, x: string) => {
    const rows = reshape(b, "rows", b.conv("conv", x, 6, 3), [1, 6, SIZE * SIZE]);
    const gram = b.node("gram", "matmul", {}, [rows, transpose(b, "columns", rows, [0, 2, 1])]);
    return reshape(b, "flat", gram, [1, 36, 1, 1]);
  };
  assert.equal(bodyUnits(squares), ["conv 6, flat: several channel axes are reshaped into one"]);
});

// Channels that lie where rows or columns of a picture are: a window over them sees other neighbours once one is gone.
const ACROSS: Readonly<Record<string, (b: GraphBuilder, x: string) => string>> = {
  conv: (b, x) => b.conv("across", x, 4, 3),
  "depthwise conv": (b, x) => b.conv("across", x, SIZE, 3, { groups: SIZE }),
  "max-pool": (b, x) => b.node("across", "max-pool", { ...WINDOW, ceil: false }, [x]),
  "average-pool": (b, x) => b.node("across", "average-pool", { ...WINDOW, ceil: false, countPadding: true }, [x]),
  "global-average-pool": (b, x) => b.node("across", "global-average-pool", {}, [x]),
};
const WINDOW = { kernel: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;

for (const [name, across] of Object.entries(ACROSS)) {
  test(`channels in the place of pixels: ${name}`, async () => {
    const graph = classifier((b, x) => {
      const last = transpose(b, "last", b.relu("relu", b.conv("conv", x, 6, 3)), [0, 2, 3, 1]);
      return b.conv("after", across(b, last), 4, 1);
    });
    const unit = findUnits(graph).units.find((candidate) => candidate.name === "conv")!;
    assert.match(unit.frozen ?? "", /^across: .*pixels/);
    await prune(graph, { method: "l1", keep: { kind: "channels", value: 0.5 } }, runtimeRunner());
  });
}

test("a picture made of channels (pixel shuffle) that is filtered again", async () => {
  const graph = classifier((b, x) => {
    const parts = reshape(b, "parts", b.conv("conv", x, 12, 3), [1, 3, 2, 2, SIZE, SIZE]);
    const mixed = transpose(b, "mixed", parts, [0, 1, 4, 2, 5, 3]);
    return b.conv("after", reshape(b, "large", mixed, [1, 3, 2 * SIZE, 2 * SIZE]), 4, 3);
  });
  assert.equal(described(graph), ["conv 3", "after 4", `logits 5, ${OUTPUT}`]);
  await prune(graph, { method: "l1", keep: { kind: "channels", value: 0.5 } }, runtimeRunner());
});

test("units are chosen by name", () => {
  const { units } = findUnits(resnet({ depth: 14, width: 8, size: SIZE }));
  const chosen = (only?: string) => selectUnits(units, only).map(({ name }) => name);
  assert.is(chosen().length, 9);
  assert.not(chosen().includes("logits"));
  assert.equal(chosen("inner"), [
    "layer1.0.conv1",
    "layer1.1.conv1",
    "layer2.0.conv1",
    "layer2.1.conv1",
    "layer3.0.conv1",
    "layer3.1.conv1",
  ]);
  assert.equal(chosen("layer?.1.*"), ["layer1.1.conv1", "layer2.1.conv1", "layer3.1.conv1"]);
  assert.equal(chosen("conv1"), ["conv1"]);
  assert.equal(chosen("*conv2"), ["layer2.0.conv2", "layer3.0.conv2"]);
  assert.equal(chosen("layer1.0.conv1"), ["layer1.0.conv1"]);
});

test("what stands for itself in a pattern", () => {
  const named = (name: string) => ({ name, frozen: undefined }) as ReturnType<typeof findUnits>["units"][number];
  const units = ["a.b", "axb", "a+b", "/a[0](b)/Conv$", "^x|y", "a\\b"].map(named);
  for (const { name } of units)
    assert.equal(
      selectUnits(units, name).map((unit) => unit.name),
      [name],
    );
  assert.is(selectUnits(units, "a?b").length, 4);
});

test("a name that nothing has", () => {
  const { units } = findUnits(resnet({ depth: 8, width: 4, size: SIZE }));
  for (const only of ["layer9*", "logits", "CONV1", ""]) {
    assert.throws(
      () => selectUnits(units, only),
      (error: Error) =>
        error instanceof RequestError &&
        error.message.includes(`--only: no unit fits "${only}"; there are: `) &&
        error.message.includes("conv1 (coupled by a residual add), layer1.0.conv1"),
    );
  }
});

test.run();
