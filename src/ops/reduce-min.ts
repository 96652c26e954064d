import { defineReduction } from "./reduction.js";

/** Smallest element over some axes; NaN where there is one. */
export const reduceMin = defineReduction("reduce-min", "min", "the smallest of all channels is taken", (values) =>
  values.reduce((best, v) => Math.min(best, v), Infinity),
);
