import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface ResNet224Options {
  /** Blocks of each of the four stages. */
  readonly blocks: readonly number[];
  /** Bottlenecks of 1x1, 3x3, 1x1 convolutions, four times as wide outside as inside; basic blocks otherwise. */
  readonly bottleneck?: boolean;
  /** Channels of the first stage, inside its blocks; each further stage has twice as many. */
  readonly width?: number;
  /** Height and width of the input. Default 224. */
  readonly size?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * ResNet for large pictures (He et al. 2016, table 1) with projection shortcuts (option B). A bottleneck's stride is in its 3x3
 * convolution, as the frameworks' pretrained networks have it.
 */
export function resnet224(name: string, options: ResNet224Options): Graph {
  const { blocks, bottleneck = false, width = 64, size = 224, classes = 1000, seed = 1 } = options;
  const b = new GraphBuilder(seed);
  let x = b.relu("stem.relu", convNorm(b, "stem", b.input("input", [1, 3, size, size]), width, 7, 2));
  x = b.maxPool("stem.pool", x, { kernel: 3, stride: 2, pad: 1 });
  blocks.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const block = `layer${stage + 1}.${i}`;
      const stride = i === 0 && stage > 0 ? 2 : 1;
      x = (bottleneck ? bottleneckBlock : basicBlock)(b, block, x, width * 2 ** stage, stride);
    }
  });
  return b.build(name, [b.gemm("logits", b.globalPool(x), classes)]);
}

function basicBlock(b: GraphBuilder, name: string, x: string, channels: number, stride: number): string {
  const first = b.relu(`${name}.relu1`, convNorm(b, `${name}.1`, x, channels, 3, stride));
  const second = convNorm(b, `${name}.2`, first, channels, 3);
  return sum(b, name, second, shortcut(b, name, x, channels, stride));
}

function bottleneckBlock(b: GraphBuilder, name: string, x: string, channels: number, stride: number): string {
  const narrow = b.relu(`${name}.relu1`, convNorm(b, `${name}.1`, x, channels, 1));
  const inner = b.relu(`${name}.relu2`, convNorm(b, `${name}.2`, narrow, channels, 3, stride));
  const wide = convNorm(b, `${name}.3`, inner, 4 * channels, 1);
  return sum(b, name, wide, shortcut(b, name, x, 4 * channels, stride));
}

function shortcut(b: GraphBuilder, name: string, x: string, channels: number, stride: number): string {
  const same = stride === 1 && b.shapeOf(x)[1] === channels;
  return same ? x : convNorm(b, `${name}.shortcut`, x, channels, 1, stride);
}

function sum(b: GraphBuilder, name: string, x: string, y: string): string {
  return b.relu(`${name}.relu`, b.node(`${name}.add`, "add", {}, [x, y]));
}

function convNorm(b: GraphBuilder, name: string, x: string, channels: number, kernel: number, stride = 1): string {
  return b.batchNorm(`${name}.bn`, b.conv(`${name}.conv`, x, channels, kernel, { stride }));
}
