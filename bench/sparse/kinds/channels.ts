import type { ConvShape } from "../../kernels/shapes.js";
import { layerGraph, someOf } from "../filters.js";
import type { Kind } from "./kind.js";

const SPARSITIES = [0.25, 0.5, 0.75];

/** The two 1x1 of a bottleneck, and 3x3 of ResNet-18. */
const SHAPES = [
  "256x14x14 1024 1x1 s1 g1",
  "512x28x28 128 1x1 s1 g1",
  "960x7x7 320 1x1 s1 g1",
  "64x56x56 64 3x3 s1 g1",
  "128x28x28 128 3x3 s1 g1",
  "256x14x14 256 3x3 s1 g1",
  "512x7x7 512 3x3 s1 g1",
  "64x56x56 128 3x3 s2 g1",
];

const kept = (channels: number, sparsity: number) =>
  someOf(channels, Math.max(1, Math.round(channels * (1 - sparsity))));

export const gather: Kind = {
  kind: "gather",
  meaning: "the convolution reads some of the input's channels",
  shapes: SHAPES,
  applies: ({ groups }: ConvShape) => groups === 1,
  variants: (shape) =>
    SPARSITIES.map((sparsity) => {
      const reads = kept(shape.ic, sparsity);
      return {
        pattern: String(sparsity),
        sparsity: 1 - reads.length / shape.ic,
        graph: layerGraph(shape, { reads }),
        smaller: layerGraph({ ...shape, ic: reads.length }),
      };
    }),
};

export const scatter: Kind = {
  kind: "scatter",
  meaning: "the convolution writes some of the output's channels; the others are 0",
  shapes: SHAPES,
  applies: ({ groups }: ConvShape) => groups === 1,
  variants: (shape) =>
    SPARSITIES.map((sparsity) => {
      const writes = kept(shape.oc, sparsity);
      return {
        pattern: String(sparsity),
        sparsity: 1 - writes.length / shape.oc,
        graph: layerGraph(shape, { writes }),
        smaller: layerGraph({ ...shape, oc: writes.length }),
      };
    }),
};
