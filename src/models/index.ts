/** THE list of architectures that are built in code, with seeded weights. */
import type { Graph } from "../graph/graph.js";
import { mobilenetV2 } from "./mobilenet-v2.js";
import { resnet } from "./resnet.js";
import { vgg } from "./vgg.js";

export const MODELS: Readonly<Record<string, (seed?: number) => Graph>> = {
  resnet20_32: (seed = 1) => resnet({ depth: 20, seed }),
  resnet56_32: (seed = 1) => resnet({ depth: 56, seed }),
  vgg16_32: (seed = 1) => vgg({ seed }),
  mobilenet_v2: (seed = 1) => mobilenetV2({ seed }),
};

export { GraphBuilder } from "./builder.js";
export { mobilenetV2, resnet, vgg };
