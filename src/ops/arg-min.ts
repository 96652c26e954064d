import { defineArg } from "./arg.js";

/** The place of the smallest element along one axis. */
export const argMin = defineArg("arg-min", true, (a, b) => a < b);
