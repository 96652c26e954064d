import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { ModelError } from "../../src/errors.js";
import type { Graph } from "../../src/graph/graph.js";
import { countMacs } from "../../src/ops/walk.js";
import { decodeFile } from "../../src/runtime/decode.js";
import { geometryOf } from "../../src/runtime/geometry.js";
import { load } from "../../src/runtime/index.js";
import { DENSE_KERNELS } from "../../src/runtime/kernels/dense.js";
import { BUILD, constant, KernelTrials, none, operatorSuite, range, single, tensor, value } from "./oracle.js";
import { FAR, SHAPES, SIZES, UNEVEN, WIDE, type WindowCase } from "./windows.js";

interface ConvCase extends Partial<WindowCase> {
  readonly n?: number;
  readonly ic?: number;
  readonly oc?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

function conv(c: ConvCase): Graph {
  const { n = 1, ic = 3, oc = 4, h = 5, w = 5, groups = 1, kernel = [1, 1], bias = true } = c;
  const { strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] } = c;
  const filter = constant(oc, ic / groups, ...kernel);
  const operands = [value(n, ic, h, w), filter, ...(bias ? [constant(oc)] : [])];
  return single("conv", { strides, dilations, pads, groups }, ...operands);
}

const SAME = { kernel: [3, 3], pads: [1, 1, 1, 1] } as const;
const SAME_5 = { kernel: [5, 5], pads: [2, 2, 2, 2] } as const;
const PLAIN = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 } as const;
const CHANNELS = [...range(1, 12), 15, 16, 17];
const PIXELS = [...range(1, 17), 31, 32, 33];

const depthwise = (c: WindowCase, channels = 3, multiplier = 1, n = 1) =>
  conv({ ...c, n, ic: channels, oc: channels * multiplier, groups: channels });

const CASES: Readonly<Record<string, readonly Graph[]>> = {
  "output channels by pixels around the tiles": CHANNELS.flatMap((oc) =>
    [1, 7, 8, 9, 16].map((w) => conv({ oc, h: 1, w })),
  ),
  "pixels in one row, in one column": PIXELS.flatMap((p) => [
    conv({ ...SAME, oc: 5, h: 1, w: p }),
    conv({ ...SAME, oc: 6, h: p, w: 1 }),
  ]),
  "widths, heights and strides": SIZES.map((c) => conv({ ...c, oc: 5 })),
  "input channels": [...range(1, 9), 31].map((ic) => conv({ ...SAME, ic, oc: 6 })),
  "kernels, strides and dilations": SHAPES.map((c) => conv({ ...c, ic: 2, oc: 6 })),
  "5x5: widths and heights": [1, 3, 4, 5, 8, 9].flatMap((h) =>
    [1, 2, 4, 7, 8, 13, 16, 17, 33].map((w) => conv({ ...SAME_5, oc: 5, h, w })),
  ),
  "5x5: channels, groups, images": [
    ...CHANNELS.map((oc) => conv({ ...SAME_5, oc, h: 9, w: 6 })),
    conv({ ...SAME_5, ic: 6, oc: 8, groups: 2, h: 6 }),
    conv({ ...SAME_5, ic: 17, oc: 7, h: 12, w: 10, pads: [0, 1, 3, 4] }),
    conv({ ...SAME_5, n: 2, oc: 3 }),
  ],
  "even windows: widths and heights": [2, 4].flatMap((k) =>
    [1, 5, 6].flatMap((h) =>
      [1, 4, 5, 6, 10, 17].map((w) => conv({ kernel: [k, k], pads: [1, 2, k - 1, k - 1], oc: 5, h, w })),
    ),
  ),
  "even windows: channels, groups, images": [2, 4].flatMap((k) => [
    ...CHANNELS.map((oc) => conv({ kernel: [k, k], pads: [1, 1, 1, 1], oc, h: 9, w: 6 })),
    conv({ kernel: [k, k], ic: 6, oc: 8, groups: 2, h: 6 }),
    conv({ kernel: [k, k], n: 2, ic: 17, oc: 7, h: 12, w: 10, pads: [0, 1, 3, 4] }),
  ]),
  "dilations: widths and heights": [2, 3, 4, 5].flatMap((k) =>
    [2, 3, 4].flatMap((dilation) =>
      [8, 15].flatMap((h) =>
        [9, 10, 16, 19].map((w) => {
          const [before, behind] = [Math.floor((dilation * (k - 1)) / 2), Math.ceil((dilation * (k - 1)) / 2)];
          const pads = [before, before, behind, behind] as const;
          return conv({ kernel: [k, k], dilations: [dilation, dilation], pads, oc: 5, h, w });
        }),
      ),
    ),
  ),
  "dilations: channels, groups, images, padding": [2, 3, 4, 5].flatMap((k) => [
    ...[1, 4, 6, 7, 16].map((oc) => conv({ kernel: [k, k], dilations: [2, 2], pads: [1, 2, 3, 4], oc, h: 13, w: 11 })),
    conv({ kernel: [k, k], dilations: [2, 2], pads: [3, 3, 3, 3], n: 2, ic: 6, oc: 8, groups: 2, h: 9, w: 8 }),
    conv({ kernel: [k, k], dilations: [3, 3], ic: 17, oc: 7, h: 22, w: 20, pads: [0, 1, 3, 4] }),
    conv({ kernel: [k, k], dilations: [2, 2], ic: 40, oc: 12, h: 40, w: 37, pads: [4, 4, 4, 4] }),
  ]),
  "depthwise: 5x5": [1, 2].flatMap((stride) =>
    [1, 3, 4, 7, 8, 14, 17].map((w) => depthwise({ ...SAME_5, strides: [stride, stride], h: 6, w, dilations: [1, 1] })),
  ),
  "uneven windows": UNEVEN.map((c) => conv({ ...c, oc: 7 })),
  "strides far behind the plane": FAR.flatMap((c) => [conv(c), depthwise(c)]),
  "padding wider than the window": [conv({ oc: 5, pads: [2, 2, 2, 2] }), conv({ ...SAME, pads: [5, 0, 4, 7] })],
  "without bias": [
    conv({ bias: false }),
    conv({ ...SAME, oc: 9, bias: false }),
    conv({ ...SAME, ic: 4, groups: 2, bias: false }),
  ],
  groups: [
    [4, 4, 2],
    [4, 10, 2],
    [6, 3, 3],
    [6, 18, 3],
    [8, 8, 4],
    [8, 4, 4],
  ].flatMap(([ic, oc, groups]) => [
    conv({ ic: ic!, oc: oc!, groups: groups! }),
    conv({ ...SAME, ic: ic!, oc: oc!, groups: groups! }),
  ]),
  "several images": [
    conv({ n: 3 }),
    conv({ ...SAME, n: 3, oc: 9, w: 7 }),
    conv({ ...SAME, n: 3, ic: 4, oc: 6, groups: 2 }),
  ],
  "depthwise: widths, heights and strides": SIZES.map((c) => depthwise(c)),
  "depthwise: wide planes": WIDE.map((c) => depthwise(c)),
  "depthwise: kernels, strides and dilations": SHAPES.map((c) => depthwise(c)),
  "depthwise: uneven windows": UNEVEN.map((c) => depthwise(c)),
  "depthwise: two outputs an input": [...UNEVEN, ...WIDE].map((c) => depthwise(c, 3, 2)),
  "depthwise: several images": [...UNEVEN, ...WIDE].map((c) => depthwise(c, 2, 1, 3)),
  "depthwise: one channel, many channels": [1, 17].map((channels) => depthwise(SIZES.at(-1)!, channels)),
  "so large that the pixels are packed in several blocks": [
    conv({ ...SAME, ic: 512, oc: 6, h: 9, w: 9 }),
    conv({ ...SAME, ic: 512, oc: 4, h: 9, w: 9, strides: [2, 2] }),
    conv({ ic: 64, oc: 5, h: 61, w: 67 }),
    conv({ ic: 3, oc: 9, h: 75, w: 77, kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3] }),
    conv({ ...SAME, ic: 32, oc: 6, h: 40, w: 41, groups: 2 }),
  ],
};

const test = operatorSuite("conv", {
  meanings: [
    {
      attrs: PLAIN,
      inputs: [tensor([1, 1, 2, 3], 1, 2, 3, 4, 5, 6), tensor([1, 1, 2, 2], 1, 0, 0, 1), tensor([1], 10)],
      output: tensor([1, 1, 1, 2], 16, 18),
    },
    {
      attrs: { ...PLAIN, pads: [0, 1, 0, 0], strides: [1, 2] },
      inputs: [tensor([1, 1, 1, 3], 1, 2, 3), tensor([1, 1, 1, 2], 10, 1)],
      output: tensor([1, 1, 1, 2], 1, 23),
    },
    {
      attrs: { ...PLAIN, groups: 2 },
      inputs: [tensor([1, 2, 1, 1], 3, 5), tensor([4, 1, 1, 1], 1, 2, 10, 20)],
      output: tensor([1, 4, 1, 1], 3, 6, 50, 100),
    },
    {
      attrs: { ...PLAIN, dilations: [1, 2] },
      inputs: [tensor([1, 2, 1, 4], 1, 2, 3, 4, 5, 6, 7, 8), tensor([1, 2, 1, 2], 1, 1, 1, -1)],
      output: tensor([1, 1, 1, 2], 2, 4),
    },
  ],
  cases: CASES,
  refused: [
    [
      PLAIN,
      [
        [1, 3, 4],
        [2, 3, 1, 1],
      ],
      /only 2-D convolution/,
    ],
    [
      PLAIN,
      [
        [1, 3, 4, 4],
        [2, 2, 1, 1],
      ],
      /filter wants 2 input channels \(2 in 1 groups\), input has 3/,
    ],
    [
      { ...PLAIN, groups: 3 },
      [
        [1, 3, 4, 4],
        [4, 1, 1, 1],
      ],
      /4 output channels do not divide into 3 groups/,
    ],
    [PLAIN, [[1, 3, 4, 4], [2, 3, 1, 1], [3]], /bias has shape 3, expected 2/],
    [
      PLAIN,
      [
        [1, 3, 4, 4],
        [2, 3, 5, 1],
      ],
      /window reaches over 5 elements, the padded input has only 4/,
    ],
  ],
});

/** The layer as the runtime sees it. */
async function layerOf(graph: Graph) {
  const [layer] = (await decodeFile(compile(graph))).layers;
  if (layer?.op.type !== "convolution") throw new Error("expected a convolution");
  const { filter, bias, groups } = layer.op;
  const geometry = geometryOf(graph.inputs[0]!.shape, filter.shape[0]!, filter.shape.slice(2), layer.op);
  return { geometry, groups, filter, bias, kernels: DENSE_KERNELS };
}

const known = new Map<Graph, KernelTrials>();
const trialsOf = (graph: Graph): KernelTrials => {
  const trials = known.get(graph) ?? new KernelTrials(graph);
  known.set(graph, trials);
  return trials;
};

/** Filters that are stored sparsely have a file of their own: sparse-conv.test.ts. */
for (const kernel of DENSE_KERNELS) {
  test(`${kernel.name} computes every case that it fits, picked or not`, async () => {
    let fitting = 0;
    const complaints: string[] = [];
    for (const graph of Object.values(CASES).flat()) {
      if (!kernel.fits(await layerOf(graph))) continue;
      fitting++;
      const found = await trialsOf(graph).complaint(kernel);
      if (found) complaints.push(found);
    }
    none(complaints);
    assert.ok(fitting > 20, `only ${fitting} cases`);
  });
}

test("a filter that the network computes is refused by the node's name", () => {
  const graph = single("conv", PLAIN, value(1, 1, 2, 2), value(1, 1, 1, 1));
  assert.throws(
    () => compile(graph),
    (error: unknown) => error instanceof ModelError && /^y: a filter that the network computes/.test(error.message),
  );
});

test("one multiply-add a tap, input channel of the group and output element", async () => {
  const graph = conv({ n: 2, ic: 4, oc: 6, h: 7, w: 5, groups: 2, ...SAME });
  const session = await load(compile(graph), { build: BUILD });
  assert.is(countMacs(graph), 2 * 6 * 7 * 5 * 2 * 9);
  assert.is(session.macs, countMacs(graph));
});

test.run();
