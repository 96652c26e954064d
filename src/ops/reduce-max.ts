import { defineReduction } from "./reduction.js";

/** Largest element over some axes; NaN where there is one. */
export const reduceMax = defineReduction("reduce-max", "max", "the largest of all channels is taken", (values) =>
  values.reduce((best, v) => Math.max(best, v), -Infinity),
);
