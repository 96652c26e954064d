import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** As C and numpy have it: 1 to any power is 1, and so is -1 to an infinite one. JavaScript's operator gives NaN for these. */
function powerOf(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** The first to the power of the second, elementwise, broadcast. */
export const pow = defineOp({
  name: "pow",
  infer: (_attrs: {}, [a, b]) => [broadcastShape(a!, b!)],
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, powerOf),
  atoms(_attrs, inputs, channels) {
    if (!channels.isConstant(0)) {
      inputs[0]!.forEach((atoms) => channels.freeze(atoms, "0 to a power may not be finite"));
    }
    return atomsBinary(inputs, channels);
  },
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("pow", inputs),
  raise: (layer) => raiseBinary("pow", layer),
});
