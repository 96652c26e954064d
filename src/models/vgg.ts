import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface VggOptions {
  /** Channels of each convolution; "pool" halves the plane. */
  readonly layers?: readonly (number | "pool")[];
  readonly size?: number;
  /** Features of the hidden dense layer. */
  readonly hidden?: number;
  readonly classes?: number;
  readonly seed?: number;
}

const VGG16 = [
  64,
  64,
  "pool",
  128,
  128,
  "pool",
  256,
  256,
  256,
  "pool",
  512,
  512,
  512,
  "pool",
  512,
  512,
  512,
  "pool",
] as const;

/** VGG with batch norm (Simonyan and Zisserman 2015, configuration D by default), flattened into two dense layers. */
export function vgg({ layers = VGG16, size = 32, hidden = 512, classes = 10, seed = 1 }: VggOptions = {}): Graph {
  const b = new GraphBuilder(seed);
  let x = b.input("input", [1, 3, size, size]);
  layers.forEach((layer, i) => {
    if (layer === "pool") x = pool(b, `pool${i}`, x);
    else x = b.relu(`relu${i}`, b.batchNorm(`bn${i}`, b.conv(`conv${i}`, x, layer, 3, { bias: true })));
  });
  const flat = b.node("flatten", "flatten", { axis: 1 }, [x]);
  const dense = b.relu("relu_fc1", b.gemm("fc1", flat, hidden));
  return b.build("vgg", [b.gemm("logits", dense, classes)]);
}

function pool(b: GraphBuilder, name: string, x: string): string {
  const attrs = { kernel: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0], ceil: false } as const;
  return b.node(name, "max-pool", attrs, [x]);
}
