import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface ResNetOptions {
  /** 20, 32, 44, 56 or 110: 6 n + 2. */
  readonly depth: number;
  /** Channels of the first stage; the others have twice and four times as many. Default 16. */
  readonly width?: number;
  /** Height and width of the input. Default 32. */
  readonly size?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * ResNet for small pictures (He et al. 2016, section 4.2): three stages of n basic blocks. Shortcuts are parameter-free
 * (option A): every second pixel, channels padded with zeros on both sides.
 */
export function resnet({ depth, width = 16, size = 32, classes = 10, seed = 1 }: ResNetOptions): Graph {
  const b = new GraphBuilder(seed);
  let x = b.relu("relu", b.batchNorm("bn1", b.conv("conv1", b.input("input", [1, 3, size, size]), width, 3)));
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      x = basicBlock(b, `layer${stage}.${block}`, x, width * 2 ** (stage - 1), stage > 1 && block === 0 ? 2 : 1);
    }
  }
  return b.build(`resnet${depth}`, [b.gemm("logits", b.globalPool(x), classes)]);
}

function basicBlock(b: GraphBuilder, name: string, x: string, channels: number, stride: number): string {
  const first = b.relu(
    `${name}.relu1`,
    b.batchNorm(`${name}.bn1`, b.conv(`${name}.conv1`, x, channels, 3, { stride })),
  );
  const second = b.batchNorm(`${name}.bn2`, b.conv(`${name}.conv2`, first, channels, 3));
  const shortcut = stride === 1 ? x : optionA(b, name, x, channels);
  return b.relu(`${name}.relu2`, b.node(`${name}.add`, "add", {}, [second, shortcut]));
}

function optionA(b: GraphBuilder, name: string, x: string, channels: number): string {
  const [, before, h, w] = b.shapeOf(x) as [number, number, number, number];
  const halves = { axes: [2, 3], starts: [0, 0], ends: [h, w], steps: [2, 2] };
  const missing = (channels - before) / 2;
  const pads = { before: [0, Math.floor(missing), 0, 0], after: [0, Math.ceil(missing), 0, 0] };
  const thinned = b.node(`${name}.slice`, "slice", halves, [x]);
  return b.node(`${name}.pad`, "pad", { ...pads, mode: "constant", value: 0 }, [thinned]);
}
