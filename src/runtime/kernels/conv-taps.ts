/**
 * Convolutions whose output channels share their taps: a product of the rows that are read alone, and Winograd where the taps that
 * are read are a window.
 */
import { Kernel } from "../../../assembly/abi.js";
import { readStored } from "../weights.js";
import { gemmKernel, type Lowered } from "./conv-gemm.js";
import { convWinograd } from "./conv-winograd.js";
import type { ConvKernel, ConvLayer } from "./convolution.js";
import { sharedRows, wholeWindow } from "./shared-taps.js";
import { SPLATS_BY_LOADS, SPLATS_BY_SHUFFLES } from "./tiles.js";

function lowerTaps({ filter }: ConvLayer): Lowered | undefined {
  const rows = sharedRows(filter);
  return rows && { depth: rows.length, rows, numbers: () => readStored(filter) };
}

const LISTED = { packing: { kind: "sparse" }, lower: lowerTaps } as const;
export const convTaps6 = gemmKernel("conv_taps_f32_6x8", Kernel.Conv6x8, SPLATS_BY_LOADS, LISTED);
export const convTapsShuffled = gemmKernel("conv_taps_f32_4x8s", Kernel.Conv4x8Shuffled, SPLATS_BY_SHUFFLES, LISTED);

/** Winograd's kernels, of sparse filters in the window that is read, of others as they are. */
export const convWindows = convWinograd.map((kernel): ConvKernel => {
  const inside = (layer: ConvLayer): ConvLayer => ({ ...layer, ...wholeWindow(layer) });
  return {
    ...kernel,
    fits: (layer) => kernel.fits(inside(layer)),
    cost: (layer, target) => kernel.cost(inside(layer), target),
    plan: (layer, site) => kernel.plan(inside(layer), site),
  };
});
