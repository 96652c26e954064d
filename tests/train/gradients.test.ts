import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ConvOptions, GraphBuilder } from "../../src/models/builder.js";
import type { Graph } from "../../src/graph/graph.js";
import type { AttrsOf, OpName } from "../../src/ops/index.js";
import { GRADIENTS } from "../../src/train/gradients/index.js";
import { checkGradients } from "./differences.js";

const gradients = suite("train/gradients");

/**
 * A network in which something trained lies in front of what `middle` builds, so that the gradient of its input is seen, and a
 * dense layer behind it, so that no two elements have the same gradient.
 */
function around(
  middle: (b: GraphBuilder, x: string) => string,
  [h, w, c]: readonly [number, number, number] = [6, 7, 4],
): Graph {
  const b = new GraphBuilder(3);
  const first = b.conv("first", b.input("input", [1, 2, h, w]), c, 1, { bias: true });
  const y = middle(b, first);
  const row = b.shapeOf(y).length === 2 ? y : b.node("row", "flatten", { axis: 1 }, [y]);
  return b.build("around", [b.gemm("last", row, 5)]);
}

/** What an operator without weights is tried on; others have tests of their own below. */
type Middle = (b: GraphBuilder, x: string) => string;
const CASES: { [K in OpName]?: readonly Middle[] } = {};

function cases<K extends OpName>(op: K, ...attrs: readonly AttrsOf<K>[]): void {
  const list: { [name: string]: readonly Middle[] } = CASES;
  list[op] = attrs.map((own) => (b, x) => b.node("middle", op, own, [x]));
}

/** In front of formulas that are not defined everywhere: between 1 and 2. */
function positive(op: "log" | "sqrt" | "reciprocal"): void {
  CASES[op] = [
    (b, x) => {
      const one = b.constant("one", [1], () => 1.2);
      const above = b.node("above", "add", {}, [b.node("unit", "sigmoid", {}, [x]), one]);
      return b.node("middle", op, {}, [above]);
    },
  ];
}

cases("abs", {});
cases("celu", { alpha: 0.7 });
cases("clip", { min: -0.4, max: 0.6 });
cases("elu", { alpha: 0.9 });
cases("erf", {});
cases("exp", {});
cases("flatten", { axis: 1 });
cases("gather", { axis: 1, indices: [2, 0, 0, 3, 1] }, { axis: 3, indices: [0, 5, 5] });
cases("gelu", {});
cases("gelu-tanh", {});
cases("global-average-pool", {});
cases("hard-sigmoid", { alpha: 0.2, beta: 0.5 });
cases("hard-swish", {});
cases("identity", {});
cases("leaky-relu", { alpha: 0.1 });
cases("log-softmax", { axis: 1 }, { axis: 3 });
cases("mish", {});
cases("neg", {});
cases("reduce-mean", { axes: [2, 3], keepDims: false }, { axes: [1], keepDims: true }, { axes: [3], keepDims: true });
cases("relu", {});
cases("reshape", { shape: [1, 8, 3, 7] });
cases("scatter", { axis: 1, indices: [0, 2, 3, 5], size: 7 });
cases("selu", { alpha: 1.6733, gamma: 1.0507 });
cases("shrink", { lambda: 0.3, bias: 0.1 });
cases("sigmoid", {});
cases("silu", { alpha: 1 }, { alpha: 1.702 });
cases("slice", { axes: [1, 3], starts: [1, 6], ends: [4, 1], steps: [1, -2] });
cases("softmax", { axis: 1 }, { axis: 2 });
cases("softplus", {});
cases("softsign", {});
cases("tanh", {});
cases("thresholded-relu", { alpha: 0.2 });
cases("transpose", { permutation: [0, 2, 3, 1] });
positive("log");
positive("sqrt");
positive("reciprocal");

const window = (kernel: number, stride: number, pad: number, ceil = false, dilation = 1) => ({
  kernel: [kernel, kernel] as const,
  strides: [stride, stride] as const,
  dilations: [dilation, dilation] as const,
  pads: [pad, pad, pad, pad] as const,
  ceil,
});
cases("max-pool", window(2, 2, 0), window(3, 2, 1), window(3, 1, 1), window(2, 1, 0, false, 2));
cases(
  "average-pool",
  { ...window(2, 2, 0), countPadding: false },
  { ...window(3, 2, 1), countPadding: true },
  { ...window(3, 2, 1, true), countPadding: false },
);

const zeros = { before: [0, 1, 1, 0], after: [0, 2, 0, 2], value: 0.5 };
cases(
  "pad",
  { ...zeros, mode: "constant" },
  { ...zeros, before: [0, 0, 1, 2], after: [0, 0, 3, 1], mode: "reflect" },
  { ...zeros, mode: "edge" },
);

/** Two operands: the same size, a row for each channel, a gate, and a constant. */
for (const op of ["add", "sub", "mul"] as const) {
  CASES[op] = [
    (b, x) => b.node("middle", op, {}, [x, b.conv("other", "input", 4, 3)]),
    (b, x) =>
      b.node("middle", op, {}, [x, b.node("gate", "global-average-pool", {}, [b.conv("other", "input", 4, 1)])]),
    (b, x) =>
      b.node("middle", op, {}, [b.node("gate", "global-average-pool", {}, [x]), b.conv("other", "input", 4, 1)]),
    (b, x) => b.node("middle", op, {}, [x, b.node("half", "sigmoid", {}, [x])]),
    (b, x) => b.node("middle", op, {}, [x, b.constant("k", [1, 4, 1, 1], (i) => 0.5 + i)]),
    (b, x) => b.relu("then", b.node("middle", op, {}, [x, b.conv("other", "input", 4, 1)])),
  ];
}
const sigmoidAbove = (b: GraphBuilder, x: string) =>
  b.node("above", "add", {}, [b.node("unit", "sigmoid", {}, [x]), b.constant("one", [1], () => 1)]);
CASES.div = [
  (b, x) => b.node("middle", "div", {}, [x, sigmoidAbove(b, b.conv("other", "input", 4, 1))]),
  (b, x) => b.node("middle", "div", {}, [b.conv("other", "input", 4, 1), sigmoidAbove(b, x)]),
];
CASES.prelu = [
  (b, x) => b.node("middle", "prelu", {}, [x, b.constant("slope", [4, 1, 1], (i) => 0.1 * (i + 1))]),
  (b, x) => b.node("middle", "prelu", {}, [x, b.constant("slope", [4, 6, 7], (i) => 0.01 * i)]),
];
CASES.concat = [
  (b, x) => b.node("middle", "concat", { axis: 1 }, [x, b.conv("other", "input", 3, 1), x]),
  (b, x) => b.node("middle", "concat", { axis: 2 }, [b.conv("other", "input", 4, 1), x]),
];
CASES["batch-norm"] = [
  (b, x) => b.batchNorm("middle", x),
  (b, x) => b.relu("then", b.batchNorm("middle", x)),
  (b, x) => b.batchNorm("middle", b.gemm("dense", b.node("flat", "flatten", { axis: 1 }, [x]), 6)),
];
CASES.gemm = [1, 2, 5, 6, 7, 8, 13].map((out) => (b: GraphBuilder, x: string) => {
  const row = b.node("tanh", "tanh", {}, [b.gemm("middle", b.node("flat", "flatten", { axis: 1 }, [x]), out)]);
  return b.gemm("second", row, 9);
});

interface ConvCase extends ConvOptions {
  readonly oc: number;
  readonly kernel: number;
  readonly size?: readonly [number, number, number];
}

/** Sizes around the tiles' edges, groups, strides, dilations, paddings. */
const CONVS: readonly ConvCase[] = [
  { oc: 4, kernel: 1 },
  { oc: 7, kernel: 1, stride: 2 },
  { oc: 6, kernel: 3 },
  { oc: 5, kernel: 3, size: [5, 5, 3] },
  { oc: 13, kernel: 3, size: [8, 8, 9] },
  { oc: 9, kernel: 3, stride: 2, size: [9, 8, 5] },
  { oc: 3, kernel: 3, stride: 3, pad: 2 },
  { oc: 4, kernel: 3, dilation: 2 },
  { oc: 4, kernel: 3, pad: 0 },
  { oc: 4, kernel: 3, pad: 3 },
  { oc: 4, kernel: 5 },
  { oc: 2, kernel: 5, stride: 2, dilation: 1 },
  { oc: 2, kernel: 2, stride: 2, pad: 0 },
  { oc: 8, kernel: 3, groups: 2 },
  { oc: 6, kernel: 3, groups: 2, stride: 2 },
  { oc: 12, kernel: 1, groups: 4, size: [4, 4, 8] },
  { oc: 4, kernel: 3, groups: 4 },
  { oc: 4, kernel: 3, groups: 4, stride: 2 },
  { oc: 4, kernel: 5, groups: 4, dilation: 1 },
  { oc: 4, kernel: 3, groups: 4, dilation: 2 },
  { oc: 8, kernel: 3, groups: 4 },
  { oc: 8, kernel: 3, groups: 4, stride: 2, pad: 0 },
  { oc: 4, kernel: 3, groups: 4, pad: 3 },
  { oc: 40, kernel: 3, size: [3, 3, 33] },
  { oc: 6, kernel: 3, size: [20, 33, 2] },
  { oc: 5, kernel: 4, size: [9, 10, 3], pad: 1 },
];

for (const { oc, kernel, size = [6, 7, 4] as const, ...options } of CONVS) {
  for (const bias of [false, true]) {
    const name = `conv ${kernel}x${kernel}, ${size[2]} to ${oc}, ${JSON.stringify({ ...options, bias })} on ${size[0]}x${size[1]}`;
    gradients(name, () =>
      checkGradients(
        around((b, x) => b.conv("middle", x, oc, kernel, { ...options, bias }), size),
        { batch: bias ? 2 : 9 },
      ),
    );
  }
}

/** Operators that a constant added in front does not move: there is nothing to see of a bias in front. */
const WITHOUT_BIAS: ReadonlySet<string> = new Set<OpName>(["batch-norm", "log-softmax", "softmax"]);

for (const [op, list] of Object.entries(CASES)) {
  const looksAt = (name: string) => !/^(first|dense)\.bias$/.test(name) || !WITHOUT_BIAS.has(op);
  list.forEach((middle, i) => gradients(`${op}, case ${i + 1}`, () => checkGradients(around(middle), { looksAt })));
}

gradients("every operator with a gradient has cases", () => {
  const without = [...GRADIENTS.keys()].filter((op) => op !== "conv" && !Object.hasOwn(CASES, op));
  assert.equal(without, []);
});

gradients.run();
