/**
 * The kernels that can compute a convolution: THE list. A new one is one more file and one line, here or in dense.ts. What is only
 * here is not loaded before a network has a sparse filter, or pixels that are not computed.
 */
import { convGemm6, convGemmShuffled } from "./conv-gemm.js";
import { convPatterns } from "./conv-patterns.js";
import { convSparse } from "./conv-sparse.js";
import { convTaps6, convTapsShuffled, convWindows } from "./conv-taps.js";
import type { ConvKernel } from "./convolution.js";
import { depthwise, depthwiseRows } from "./depthwise.js";

export const CONV_KERNELS: readonly ConvKernel[] = [
  convGemm6,
  convGemmShuffled,
  ...convWindows,
  depthwiseRows,
  depthwise,
  convTaps6,
  convTapsShuffled,
  convPatterns,
  convSparse,
];
