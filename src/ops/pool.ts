/** What max and average pooling have in common. */
import { ModelError } from "../errors.js";
import type { Shape, Tensor } from "../graph/graph.js";
import { type AtomShape, type Channels, freezePixels, type LayerSpec } from "./op.js";
import { type Pads, type Pair, windowOutput } from "./window.js";

export type PoolAttrs = {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly pads: Pads;
  /** Rounds the output size up. */
  readonly ceil: boolean;
};

export function inferPool(attrs: PoolAttrs, x: Shape): readonly Shape[] {
  if (x.length !== 4) throw new ModelError(`only 2-D pooling is supported: expected 4 axes, got ${x.length}`);
  const [n, c, h, w] = x as [number, number, number, number];
  return [[n, c, windowOutput(h, 0, attrs, attrs.ceil), windowOutput(w, 1, attrs, attrs.ceil)]];
}

/** The window's elements that lie in the input, and how many of the whole window lie in the padded input. */
export type Reduce = (values: readonly number[], padded: number) => number;

export function evaluatePool(attrs: PoolAttrs, x: Tensor, reduce: Reduce): readonly Tensor[] {
  const [shape] = inferPool(attrs, x.shape);
  const [n, c, oh, ow] = shape as [number, number, number, number];
  const [, , ih, iw] = x.shape as [number, number, number, number];
  const { kernel, strides, dilations, pads } = attrs;
  const data = new Float64Array(n * c * oh * ow);
  let at = 0;
  for (let plane = 0; plane < n * c; plane++) {
    for (let p = 0; p < oh; p++) {
      for (let q = 0; q < ow; q++) {
        const values: number[] = [];
        let padded = 0;
        for (let i = 0; i < kernel[0]; i++) {
          const row = p * strides[0] + i * dilations[0] - pads[0];
          for (let j = 0; j < kernel[1]; j++) {
            const column = q * strides[1] + j * dilations[1] - pads[1];
            if (row >= ih + pads[2] || column >= iw + pads[3]) continue;
            padded++;
            if (row >= 0 && row < ih && column >= 0 && column < iw) {
              values.push(x.data[(plane * ih + row) * iw + column]!);
            }
          }
        }
        data[at++] = reduce(values, padded);
      }
    }
  }
  return [{ shape: shape!, data }];
}

export function atomsPool([x]: readonly AtomShape[], channels: Channels): readonly AtomShape[] {
  freezePixels(x!, channels);
  return [[x![0]!, x![1]!, null, null]];
}

export function lowerPool(attrs: PoolAttrs, kind: "max" | "average", countPadding: boolean) {
  const layer: LayerSpec = { type: "pool", kind, ...attrs, countPadding };
  return { layer, reads: [0] };
}

export function raisePool(layer: LayerSpec & { type: "pool" }): PoolAttrs {
  const { kernel, strides, dilations, pads, ceil } = layer;
  return { kernel, strides, dilations, pads, ceil } as unknown as PoolAttrs;
}
