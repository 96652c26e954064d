import { ModelError } from "../errors.js";
import { formatShape, sameShape } from "../graph/graph.js";
import { atomsBinary, broadcastShape, evaluateBinary, lowerBinary, raiseBinary } from "./broadcast.js";
import { defineOp, reorderElements } from "./op.js";

/** y = x, and slope * x where x < 0 (He et al. 2015). The slope broadcasts to x, which keeps its shape. */
export const prelu = defineOp({
  name: "prelu",
  infer(_attrs: {}, [x, slope]) {
    if (sameShape(broadcastShape(x!, slope!), x!)) return [x!];
    throw new ModelError(`a slope of ${formatShape(slope!)} does not broadcast to ${formatShape(x!)}`);
  },
  evaluate: (_attrs, [a, b]) => evaluateBinary(a!, b!, (x, slope) => (x < 0 ? slope * x : x)),
  atoms: (_attrs, inputs, channels) => atomsBinary(inputs, channels),
  reorder: reorderElements,
  macs: () => 0,
  lower: (_attrs, inputs) => lowerBinary("prelu", inputs),
  raise: (layer) => raiseBinary("prelu", layer),
});
