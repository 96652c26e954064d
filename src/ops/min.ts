import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** The smaller of two, elementwise, broadcast; NaN if one is NaN. */
export const min = defineOp({
  name: "min",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, Math.min),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels),
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("min", inputs),
  raise: (layer) => raiseBinary("min", layer),
});
