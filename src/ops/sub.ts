import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** Elementwise difference, broadcast. */
export const sub = defineOp({
  name: "sub",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, (p, q) => p - q),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels, "residual"),
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("sub", inputs),
  raise: (layer) => raiseBinary("sub", layer),
});
