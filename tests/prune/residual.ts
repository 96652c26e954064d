/** Networks with residual blocks of every kind, small and seeded. */
import type { Graph } from "../../src/graph/graph.js";
import { type GraphBuilder, mobilenetV2, resnet } from "../../src/models/index.js";
import { foldBatchNorm } from "../../src/passes/fold-batch-norm.js";
import { classifier, SIZE } from "./architectures.js";

const convRelu = (b: GraphBuilder, name: string, x: string, oc: number, kernel = 3, groups = 1): string =>
  b.relu(`${name}.relu`, b.conv(name, x, oc, kernel, { bias: true, groups }));

const sum = (b: GraphBuilder, name: string, branch: string, shortcut: string) =>
  b.node(name, "add", {}, [branch, shortcut]);

/** 1x1, 3x3, 1x1, behind which the shortcut has a convolution of its own in the first block. */
function bottlenecks(b: GraphBuilder, x: string): string {
  let trunk = convRelu(b, "stem", x, 6);
  for (const name of ["first", "second"]) {
    const middle = convRelu(b, `${name}.2`, convRelu(b, `${name}.1`, trunk, 4, 1), 4);
    const branch = b.conv(`${name}.3`, middle, 12, 1, { bias: true });
    const shortcut = name === "first" ? b.conv(`${name}.shortcut`, trunk, 12, 1, { bias: true }) : trunk;
    trunk = b.relu(`${name}.relu`, sum(b, `${name}.sum`, branch, shortcut));
  }
  return trunk;
}

/** Batch norm and relu in front of convolutions, nothing behind the sum (He et al. 2016, Identity Mappings). */
function preActivated(b: GraphBuilder, x: string): string {
  let trunk = b.conv("stem", x, 8, 3);
  for (const name of ["first", "second"]) {
    const ready = b.relu(`${name}.relu1`, b.batchNorm(`${name}.bn1`, trunk));
    const inner = b.relu(`${name}.relu2`, b.batchNorm(`${name}.bn2`, b.conv(`${name}.conv1`, ready, 6, 3)));
    trunk = sum(b, `${name}.sum`, b.conv(`${name}.conv2`, inner, 8, 3), trunk);
  }
  return b.relu("last", trunk);
}

/** A gate over the branch, computed from it. */
function squeezeExcite(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "stem", x, 8);
  const inner = b.conv("second", convRelu(b, "first", trunk, 10), 8, 3);
  const squeezed = convRelu(b, "squeeze", b.node("mean", "global-average-pool", {}, [inner]), 3, 1);
  const gate = b.node("gate", "sigmoid", {}, [b.conv("excite", squeezed, 8, 1, { bias: true })]);
  return b.relu("out", sum(b, "sum", b.node("gated", "mul", {}, [inner, gate]), trunk));
}

/** A branch that has residual blocks itself. */
function nested(b: GraphBuilder, x: string): string {
  const trunk = convRelu(b, "stem", x, 6);
  let inner = convRelu(b, "begin", trunk, 8);
  for (const name of ["inner1", "inner2"]) {
    const branch = b.conv(`${name}.conv2`, convRelu(b, `${name}.conv1`, inner, 5), 8, 3);
    inner = b.relu(`${name}.relu`, sum(b, `${name}.sum`, branch, inner));
  }
  return b.relu("out", sum(b, "outer.sum", b.conv("end", inner, 6, 3), trunk));
}

/** THE list of them. */
export const RESIDUAL: Readonly<Record<string, () => Graph>> = {
  "basic blocks": () => resnet({ depth: 8, width: 4, size: SIZE }),
  "basic blocks without batch norm": () => foldBatchNorm(resnet({ depth: 8, width: 4, size: SIZE })),
  bottlenecks: () => classifier(bottlenecks),
  "inverted residuals": () =>
    mobilenetV2({
      stages: [
        [1, 4, 1, 1],
        [3, 6, 3, 2],
      ],
      stem: 4,
      head: 10,
      size: 16,
      classes: 4,
    }),
  "activation in front": () => classifier(preActivated),
  "squeeze and excite": () => classifier(squeezeExcite),
  nested: () => classifier(nested),
};
