import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface MobileNetV2Options {
  /** [expansion, channels, repeats, stride] of each stage. */
  readonly stages?: readonly (readonly [number, number, number, number])[];
  /** Channels of the first and of the last convolution. */
  readonly stem?: number;
  readonly head?: number;
  /** Stride of the first convolution. Default 2. */
  readonly stemStride?: number;
  readonly size?: number;
  readonly classes?: number;
  readonly seed?: number;
}

const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** For pictures of 32 x 32: half as wide, and three halvings of the plane instead of five. */
export const MOBILENET_32 = {
  stages: [
    [1, 8, 1, 1],
    [6, 12, 2, 1],
    [6, 16, 3, 2],
    [6, 32, 4, 2],
    [6, 48, 3, 1],
    [6, 80, 3, 2],
    [6, 160, 1, 1],
  ],
  stem: 16,
  head: 640,
  stemStride: 1,
  size: 32,
  classes: 10,
} as const;

/** MobileNetV2 (Sandler et al. 2018, table 2): inverted residuals with linear bottlenecks, relu6. */
export function mobilenetV2(options: MobileNetV2Options = {}): Graph {
  const { stages = STAGES, stem = 32, head = 1280, stemStride = 2, size = 224, classes = 1000, seed = 1 } = options;
  const b = new GraphBuilder(seed);
  let x = convNorm(b, "stem", b.input("input", [1, 3, size, size]), stem, 3, { stride: stemStride });
  stages.forEach(([expansion, channels, repeats, stride], stage) => {
    for (let i = 0; i < repeats; i++)
      x = invertedResidual(b, `block${stage}.${i}`, x, expansion, channels, i === 0 ? stride : 1);
  });
  x = convNorm(b, "head", x, head, 1);
  return b.build("mobilenet_v2", [b.gemm("logits", b.globalPool(x), classes)]);
}

function convNorm(
  b: GraphBuilder,
  name: string,
  x: string,
  oc: number,
  kernel: number,
  options: { stride?: number; groups?: number } = {},
): string {
  const normed = b.batchNorm(`${name}.bn`, b.conv(`${name}.conv`, x, oc, kernel, options));
  return b.node(`${name}.relu6`, "clip", { min: 0, max: 6 }, [normed]);
}

function invertedResidual(
  b: GraphBuilder,
  name: string,
  x: string,
  expansion: number,
  channels: number,
  stride: number,
): string {
  const width = b.shapeOf(x)[1]!;
  const wide = expansion === 1 ? x : convNorm(b, `${name}.expand`, x, width * expansion, 1);
  const deep = convNorm(b, `${name}.depthwise`, wide, width * expansion, 3, { stride, groups: width * expansion });
  const narrow = b.batchNorm(`${name}.project.bn`, b.conv(`${name}.project`, deep, channels, 1));
  return stride === 1 && width === channels ? b.node(`${name}.add`, "add", {}, [narrow, x]) : narrow;
}
