import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp } from "./op.js";

/** Elementwise sum, broadcast: the join of every residual block. */
export const add = defineOp({
  name: "add",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, (p, q) => p + q),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels, "residual"),
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("add", inputs),
  raise: (layer) => raiseBinary("add", layer),
});
