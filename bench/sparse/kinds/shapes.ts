/** Convolutions that the kinds are measured on: those of MobileNetV2, ResNet-18, -20 and -50, and a few larger windows. */

export const POINTWISE = [
  "24x56x56 144 1x1 s1 g1",
  "144x56x56 24 1x1 s1 g1",
  "96x14x14 576 1x1 s1 g1",
  "384x14x14 96 1x1 s1 g1",
  "960x7x7 320 1x1 s1 g1",
  "64x56x56 256 1x1 s1 g1",
  "512x28x28 128 1x1 s1 g1",
  "256x14x14 1024 1x1 s1 g1",
  "512x7x7 2048 1x1 s1 g1",
];
export const POINTWISE_STRIDED = ["256x56x56 512 1x1 s2 g1"];
/** 3x3 of ResNet-18, then of ResNet-20. */
export const WINDOWS_3X3 = [
  "64x56x56 64 3x3 s1 g1",
  "128x28x28 128 3x3 s1 g1",
  "256x14x14 256 3x3 s1 g1",
  "512x7x7 512 3x3 s1 g1",
  "16x32x32 16 3x3 s1 g1",
  "32x16x16 32 3x3 s1 g1",
  "64x8x8 64 3x3 s1 g1",
];
export const WINDOWS_3X3_STRIDED = ["64x56x56 128 3x3 s2 g1", "256x14x14 512 3x3 s2 g1"];
export const LARGE_WINDOWS = ["64x28x28 64 5x5 s1 g1", "48x14x14 128 5x5 s1 g1", "32x28x28 32 7x7 s1 g1"];
export const DEPTHWISE = ["144x56x56 144 3x3 s1 g144", "672x14x14 672 5x5 s1 g672"];
