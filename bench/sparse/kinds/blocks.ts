import type { ConvShape } from "../../kernels/shapes.js";
import { randomBlocks } from "../filters.js";
import type { Kind } from "./kind.js";
import { POINTWISE, WINDOWS_3X3 } from "./shapes.js";

const blocks = (rows: 2 | 4): Kind => ({
  kind: `block${rows}`,
  meaning: `${rows} neighbouring output channels have their zeros in the same places`,
  shapes: [...POINTWISE, ...WINDOWS_3X3, "64x28x28 64 5x5 s1 g1"],
  applies: ({ oc, groups }: ConvShape) => oc / groups >= rows,
  variants: (_shape, dense) => randomBlocks(dense, rows),
});

export const block2 = blocks(2);
export const block4 = blocks(4);
