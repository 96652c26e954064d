import { defineReduction } from "./reduction.js";

/** Product over some axes. */
export const reduceProd = defineReduction("reduce-prod", "prod", "multiplied over the channels", (values) =>
  values.reduce((product, v) => product * v, 1),
);
