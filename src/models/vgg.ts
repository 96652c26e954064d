import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface VggOptions {
  /** Channels of each convolution; "pool" halves the plane. */
  readonly layers?: readonly (number | "pool")[];
  readonly size?: number;
  /** Features of each hidden dense layer. */
  readonly hidden?: readonly number[];
  /** A batch norm behind every convolution. */
  readonly norm?: boolean;
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

/**
 * VGG (Simonyan and Zisserman 2015), configuration D by default, flattened into dense layers. As it stands it is the form for
 * small pictures, with batch norm; without it, three dense layers and 224 pixels it is the paper's.
 */
export function vgg(options: VggOptions = {}): Graph {
  const { layers = VGG16, size = 32, hidden = [512], norm = true, classes = 10, seed = 1 } = options;
  const b = new GraphBuilder(seed);
  let x = b.input("input", [1, 3, size, size]);
  layers.forEach((layer, i) => {
    if (layer === "pool") x = b.maxPool(`pool${i}`, x, { kernel: 2, stride: 2 });
    else x = b.relu(`relu${i}`, convolution(b, i, x, layer, norm));
  });
  x = b.node("flatten", "flatten", { axis: 1 }, [x]);
  hidden.forEach((width, i) => (x = b.relu(`relu_fc${i + 1}`, b.gemm(`fc${i + 1}`, x, width))));
  return b.build("vgg", [b.gemm("logits", x, classes)]);
}

function convolution(b: GraphBuilder, i: number, x: string, channels: number, norm: boolean): string {
  const y = b.conv(`conv${i}`, x, channels, 3, { bias: true });
  return norm ? b.batchNorm(`bn${i}`, y) : y;
}
