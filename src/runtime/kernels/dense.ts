/** The kernels for convolutions whose filters have all of their numbers, and that compute all of their pixels. */
import { convGemm6, convGemmShuffled } from "./conv-gemm.js";
import { convWinograd } from "./conv-winograd.js";
import type { ConvKernel } from "./convolution.js";
import { depthwise, depthwiseRows } from "./depthwise.js";

export const DENSE_KERNELS: readonly ConvKernel[] = [
  convGemm6,
  convGemmShuffled,
  ...convWinograd,
  depthwiseRows,
  depthwise,
];
