/** Small networks to train in tests. */
import type { Graph } from "../../src/graph/graph.js";
import { GraphBuilder } from "../../src/models/builder.js";

/** A residual network of two blocks, the second with stride 2 and a projection. */
export function smallResNet({ seed = 3, norm = true, classes = 3 } = {}): Graph {
  const b = new GraphBuilder(seed);
  const normalised = (name: string, x: string) => (norm ? b.batchNorm(`${name}.norm`, x) : x);
  const block = (name: string, x: string, oc: number, stride: number) => {
    const y = b.relu(
      `${name}.relu1`,
      normalised(`${name}.1`, b.conv(`${name}.conv1`, x, oc, 3, { stride, bias: !norm })),
    );
    const z = normalised(`${name}.2`, b.conv(`${name}.conv2`, y, oc, 3, { bias: !norm }));
    const shortcut = stride === 1 ? x : normalised(`${name}.3`, b.conv(`${name}.project`, x, oc, 1, { stride }));
    return b.relu(`${name}.relu2`, b.node(`${name}.sum`, "add", {}, [z, shortcut]));
  };
  const first = b.conv("first", b.input("input", [1, 3, 9, 8]), 5, 3, { bias: !norm });
  const x = b.relu("relu", normalised("first", first));
  const y = block("block2", block("block1", x, 5, 1), 7, 2);
  return b.build("small", [b.gemm("last", b.globalPool(y), classes)]);
}
