import { defineReduction } from "./reduction.js";

/** Sum of absolute numbers over some axes. */
export const reduceL1 = defineReduction("reduce-l1", "l1", "summed over the channels", (values) =>
  values.reduce((total, v) => total + Math.abs(v), 0),
);
