import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** Elementwise quotient, broadcast. */
export const div = defineOp({
  name: "div",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, (p, q) => p / q),
  atoms(_attrs, inputs, channels) {
    if (!channels.isConstant(1)) {
      inputs[1]!.forEach((atoms) => channels.freeze(atoms, "a channel without numbers would be divided by"));
    }
    return atomsBinary(inputs, channels);
  },
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("div", inputs),
  raise: (layer) => raiseBinary("div", layer),
});
