import { ModelError } from "../errors.js";
import { defineOp } from "./op.js";

/** y = x. What dropout is at inference, too. Passes remove it wherever no graph output carries its name. */
export const identity = defineOp({
  name: "identity",
  moves: true,
  infer: (_attrs: {}, [x]) => [x!],
  evaluate: (_attrs, [x]) => [x!],
  atoms: (_attrs, [x]) => [x!],
  macs: () => 0,
  lower(_attrs, [x]) {
    if (x!.constant) throw new ModelError("an output that is a constant is not supported; leave it out of the graph");
    return { layer: { type: "reshape", shape: x!.shape.map(() => 0) }, reads: [0] };
  },
});
