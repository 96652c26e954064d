import { defineArg } from "./arg.js";

/** The place of the largest element along one axis. */
export const argMax = defineArg("arg-max", false, (a, b) => a > b);
