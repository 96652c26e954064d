import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** The larger of two, elementwise, broadcast; NaN if one is NaN. */
export const max = defineOp({
  name: "max",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, Math.max),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels),
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("max", inputs),
  raise: (layer) => raiseBinary("max", layer),
});
