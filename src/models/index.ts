/** THE list of architectures that are built in code, with seeded weights. */
import type { Graph } from "../graph/graph.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import { resnet224 } from "./resnet-224.js";
import { resnet } from "./resnet.js";
import { squeezeNet } from "./squeezenet.js";
import { vgg } from "./vgg.js";

export const MODELS: Readonly<Record<string, (seed?: number) => Graph>> = {
  resnet18: (seed = 1) => resnet224("resnet18", { blocks: [2, 2, 2, 2], seed }),
  resnet50: (seed = 1) => resnet224("resnet50", { blocks: [3, 4, 6, 3], bottleneck: true, seed }),
  vgg16: (seed = 1) => vgg({ size: 224, hidden: [4096, 4096], norm: false, classes: 1000, seed }),
  mobilenet_v2: (seed = 1) => mobilenetV2({ seed }),
  squeezenet1_1: (seed = 1) => squeezeNet({ seed }),
  resnet20_32: (seed = 1) => resnet({ depth: 20, seed }),
  resnet56_32: (seed = 1) => resnet({ depth: 56, seed }),
  vgg16_32: (seed = 1) => vgg({ seed }),
};

export { GraphBuilder } from "./builder.js";
export { mobilenetV2, resnet, resnet224, squeezeNet, vgg };
