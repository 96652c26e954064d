import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** Elementwise product, broadcast: gates and constant factors. */
export const mul = defineOp({
  name: "mul",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, (p, q) => p * q),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels),
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("mul", inputs),
  raise: (layer) => raiseBinary("mul", layer),
});
