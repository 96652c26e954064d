import * as assert from "uvu/assert";
import { compile } from "../../src/compile/encode.js";
import { makeNode } from "../../src/ops/index.js";
import type { Pads, Pair } from "../../src/ops/window.js";
import { complaint, constant, none, operatorSuite, range, single, tensor, value } from "./oracle.js";

interface Case {
  readonly n?: number;
  readonly ic?: number;
  readonly ocg?: number;
  readonly h?: number;
  readonly w?: number;
  readonly kernel?: Pair;
  readonly strides?: Pair;
  readonly dilations?: Pair;
  readonly pads?: Pads;
  readonly outputPadding?: Pair;
  readonly groups?: number;
  readonly bias?: boolean;
}

const PLAIN = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], outputPadding: [0, 0], groups: 1 } as const;

function transposed(c: Case) {
  const { n = 1, ic = 3, ocg = 4, h = 4, w = 5, kernel = [3, 3], bias = true, ...rest } = c;
  const attrs = { ...PLAIN, ...rest };
  const operands = [value(n, ic, h, w), constant(ic, ocg, ...kernel)];
  return single("transposed-conv", attrs, ...operands, ...(bias ? [constant(ocg * attrs.groups)] : []));
}

const WINDOWS: readonly Case[] = [1, 2, 3, 4].flatMap((stride) =>
  [1, 2, 3, 4, 5].flatMap((kernel): Case[] => [
    { kernel: [kernel, kernel], strides: [stride, stride] },
    { kernel: [kernel, 3], strides: [stride, 2], pads: [0, 1, kernel - 1, 1] },
    { kernel: [kernel, kernel], strides: [stride, stride], dilations: [2, 3], outputPadding: [1, 2] },
  ]),
);

const test = operatorSuite("transposed-conv", {
  meanings: [
    {
      attrs: { ...PLAIN, strides: [1, 2] },
      inputs: [tensor([1, 1, 1, 2], 1, 10), tensor([1, 1, 1, 3], 1, 2, 3), tensor([1], 100)],
      output: tensor([1, 1, 1, 5], 101, 102, 113, 120, 130),
    },
    {
      attrs: { ...PLAIN, groups: 2, pads: [0, 1, 0, 0], outputPadding: [0, 1] },
      inputs: [tensor([1, 2, 1, 1], 3, 5), tensor([2, 1, 1, 2], 1, 2, 10, 20)],
      output: tensor([1, 2, 1, 2], 6, 0, 100, 0),
    },
  ],
  cases: {
    "kernels by strides": WINDOWS.map(transposed),
    "input sizes": [...range(1, 5), 8, 9, 17].flatMap((size) => [
      transposed({ h: 1, w: size, strides: [2, 2], pads: [1, 1, 1, 1], outputPadding: [1, 1] }),
      transposed({ h: size, w: 2, kernel: [4, 4], strides: [2, 2], pads: [1, 1, 1, 1] }),
    ]),
    "channels around the tiles": range(1, 11).map((ocg) => transposed({ ocg, ic: 12 - ocg, strides: [2, 2] })),
    "cut deep into the output": [
      transposed({ pads: [4, 0, 0, 5] }),
      transposed({ strides: [3, 3], pads: [7, 5, 1, 4], outputPadding: [2, 2] }),
      transposed({ strides: [4, 4], kernel: [2, 2], pads: [6, 0, 7, 12] }),
      // Deep enough for Winograd, whose tiles then cover less than the plane.
      transposed({ ic: 16, ocg: 16, h: 9, w: 9, pads: [0, 0, 0, 3] }),
      transposed({ ic: 16, ocg: 16, h: 9, w: 9, pads: [0, 0, 5, 0] }),
      transposed({ ic: 16, ocg: 16, h: 2, w: 70, pads: [0, 0, 0, 62] }),
    ],
    "groups, and a group for each channel": [2, 4].flatMap((groups) => [
      transposed({ ic: 4, groups, strides: [2, 2] }),
      transposed({ ic: 4, groups, ocg: 1, kernel: [4, 4], strides: [2, 2], pads: [1, 1, 1, 1], bias: false }),
      transposed({ ic: 4, groups, ocg: 1, n: 3, strides: [1, 1] }),
    ]),
    "several images": [transposed({ n: 3, strides: [2, 1], pads: [1, 1, 1, 1], bias: false })],
  },
  refused: [
    [
      PLAIN,
      [
        [1, 3, 4],
        [3, 2, 1],
      ],
      /only 2-D transposed convolution/,
    ],
    [
      PLAIN,
      [
        [1, 3, 4, 4],
        [2, 2, 1, 1],
      ],
      /filter wants 2 input channels in 1 groups, input has 3/,
    ],
    [PLAIN, [[1, 3, 4, 4], [3, 2, 1, 1], [3]], /bias has shape 3, expected 2/],
    [
      { ...PLAIN, pads: [2, 0, 2, 0] },
      [
        [1, 3, 4, 4],
        [3, 2, 1, 1],
      ],
      /leave nothing of the output/,
    ],
  ],
});

test("a clip behind it goes into the store of every phase", async () => {
  const complaints: (string | undefined)[] = [];
  for (const strides of [
    [1, 1],
    [2, 2],
    [3, 3],
  ] as const) {
    const graph = transposed({ strides, kernel: [2, 2] });
    const clip = makeNode("clip", { min: -0.5, max: 0.5 }, ["y"], "z");
    complaints.push(await complaint({ ...graph, nodes: [...graph.nodes, clip], outputs: ["z"] }));
  }
  none(complaints.filter((found) => found !== undefined));
});

test("a filter that the network computes is refused", () => {
  const graph = single("transposed-conv", PLAIN, value(1, 1, 2, 2), value(1, 1, 1, 1));
  assert.throws(() => compile(graph), /must be a constant/);
});

test.run();
