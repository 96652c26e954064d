/** THE list of architectures that are built in code, with seeded weights. */
import type { Graph } from "../graph/graph.js";
import { leNet } from "./lenet.js";
import { MOBILENET_32, mobilenetV2 } from "./mobilenet-v2.js";
import { resnet224 } from "./resnet-224.js";
import { resnet } from "./resnet.js";
import { squeezeNet } from "./squeezenet.js";
import { vgg } from "./vgg.js";

export interface ModelOptions {
  readonly seed?: number;
  /** Ten for small pictures and a thousand for large ones, unless it is said. */
  readonly classes?: number;
}

export const MODELS: Readonly<Record<string, (options?: ModelOptions) => Graph>> = {
  resnet18: (options) => resnet224("resnet18", { blocks: [2, 2, 2, 2], ...options }),
  resnet50: (options) => resnet224("resnet50", { blocks: [3, 4, 6, 3], bottleneck: true, ...options }),
  vgg16: (options) => vgg({ size: 224, hidden: [4096, 4096], norm: false, classes: 1000, ...options }),
  mobilenet_v2: (options) => mobilenetV2(options),
  squeezenet1_1: (options) => squeezeNet(options),
  lenet5: (options) => leNet(options),
  resnet8_32: (options) => resnet({ depth: 8, width: 8, ...options }),
  resnet20_32: (options) => resnet({ depth: 20, ...options }),
  resnet32_32: (options) => resnet({ depth: 32, ...options }),
  resnet56_32: (options) => resnet({ depth: 56, ...options }),
  vgg16_32: (options) => vgg(options),
  mobilenet_v2_32: (options) => mobilenetV2({ ...MOBILENET_32, ...options }),
};

export { GraphBuilder } from "./builder.js";
export { leNet, mobilenetV2, resnet, resnet224, squeezeNet, vgg };
