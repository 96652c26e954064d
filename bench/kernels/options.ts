/** What `npm run bench:kernels` can be asked for. */
import { commonOptions, text } from "../options.js";

export const kernelsOptions = (engines: readonly string[]) => ({
  shapes: text("--shapes FILE", "only the convolutions of this file (default: those of bench/shapes/)"),
  ...commonOptions(engines, ["auto", "baseline", "relaxed"]),
});
