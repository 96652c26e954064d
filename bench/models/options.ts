/** What `npm run bench:models` can be asked for. */
import { MODELS } from "../../src/models/index.js";
import { type Budget, parseBudget } from "../../src/prune/budget.js";
import { commonOptions, count, list, type Option } from "../options.js";

export const modelsOptions = (engines: readonly string[]) => ({
  nets: list("--nets A,B", "networks", Object.keys(MODELS)),
  peers: list("--peers A,B", "beside espalier", ["ort", "tfjs"]),
  keep: budget(
    "--keep BUDGET",
    "prunes each network by l1, and measures its dense form beside it; for example macs=0.5",
  ),
  ...commonOptions(engines, ["baseline", "relaxed"]),
  warmUpMs: count("--warm-up MS", "for each contender to reach its speed first", 2000),
});

function budget(usage: string, meaning: string): Option<Budget | undefined> {
  return { usage, meaning, read: (word) => (word === undefined ? undefined : parseBudget(word)) };
}
