/** What `npm run bench:models` can be asked for. */
import { MODELS } from "../../src/models/index.js";
import { commonOptions, count, list } from "../options.js";

export const modelsOptions = (engines: readonly string[]) => ({
  nets: list("--nets A,B", "networks", Object.keys(MODELS)),
  peers: list("--peers A,B", "beside espalier", ["ort", "tfjs"]),
  ...commonOptions(engines, ["baseline", "relaxed"]),
  warmUpMs: count("--warm-up MS", "for each contender to reach its speed first", 2000),
});
