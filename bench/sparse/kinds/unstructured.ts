import { randomBlocks } from "../filters.js";
import type { Kind } from "./kind.js";
import { DEPTHWISE, LARGE_WINDOWS, POINTWISE, POINTWISE_STRIDED, WINDOWS_3X3, WINDOWS_3X3_STRIDED } from "./shapes.js";

export const unstructured: Kind = {
  kind: "unstructured",
  meaning: "each weight is 0 or not by itself",
  shapes: [
    ...POINTWISE,
    ...POINTWISE_STRIDED,
    ...WINDOWS_3X3,
    ...WINDOWS_3X3_STRIDED,
    ...LARGE_WINDOWS,
    "3x224x224 64 7x7 s2 g1",
    ...DEPTHWISE,
  ],
  applies: () => true,
  variants: (_shape, dense) => randomBlocks(dense, 1),
};
