import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface SqueezeNetOptions {
  /** Channels of each fire module: squeezed to, then expanded to by 1x1 and as many by 3x3; "pool" halves the plane. */
  readonly layers?: readonly (readonly [squeeze: number, expand: number] | "pool")[];
  /** Channels of the first convolution. */
  readonly stem?: number;
  readonly size?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** Version 1.1: as accurate as the paper's with 2.4 times less work. */
const LAYERS = [
  "pool",
  [16, 64],
  [16, 64],
  "pool",
  [32, 128],
  [32, 128],
  "pool",
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

/** SqueezeNet (Iandola et al. 2016): fire modules, and a 1x1 convolution with a global mean instead of a dense layer. */
export function squeezeNet(options: SqueezeNetOptions = {}): Graph {
  const { layers = LAYERS, stem = 64, size = 224, classes = 1000, seed = 1 } = options;
  const b = new GraphBuilder(seed);
  let x = relu(b, "stem", b.input("input", [1, 3, size, size]), stem, 3, { stride: 2, pad: 0 });
  layers.forEach((layer, i) => {
    if (layer === "pool") x = b.maxPool(`pool${i}`, x, { kernel: 3, stride: 2, ceil: true });
    else x = fire(b, `fire${i}`, x, ...layer);
  });
  return b.build("squeezenet", [b.globalPool(relu(b, "classes", x, classes, 1))]);
}

function fire(b: GraphBuilder, name: string, x: string, squeeze: number, expand: number): string {
  const narrow = relu(b, `${name}.squeeze`, x, squeeze, 1);
  const wide = [relu(b, `${name}.expand1`, narrow, expand, 1), relu(b, `${name}.expand3`, narrow, expand, 3)];
  return b.node(`${name}.concat`, "concat", { axis: 1 }, wide);
}

function relu(
  b: GraphBuilder,
  name: string,
  x: string,
  channels: number,
  kernel: number,
  options: { stride?: number; pad?: number } = {},
): string {
  return b.relu(`${name}.relu`, b.conv(`${name}.conv`, x, channels, kernel, { ...options, bias: true }));
}
