/** A lowered layer as the runtime's planners take it: weights as bytes. */
import type { LayerOp, Weights } from "../gen/network.js";
import type { Tensor } from "../graph/graph.js";
import { ALL_KEPT } from "../runtime/mask.js";
import { isTensor, type LayerSpec } from "../ops/op.js";

export function encodeLayer(layer: LayerSpec): LayerOp {
  const parts = Object.entries(layer).map(([name, part]) => [name, isTensor(part) ? encode(part) : part]);
  return Object.fromEntries(parts) as LayerOp;
}

const encode = ({ shape, data }: Tensor): Weights => ({
  shape,
  encoding: "f32",
  data: new Uint8Array(Float32Array.from(data).buffer),
  ...ALL_KEPT,
});
