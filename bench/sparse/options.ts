/** What `npm run bench:sparse` can be asked for. */
import { commonOptions, flag, list, text } from "../options.js";
import { KINDS } from "./kinds/index.js";

export const sparseOptions = (engines: readonly string[]) => ({
  kinds: list(
    "--kinds A,B",
    "of sparsity",
    KINDS.map(({ kind }) => kind),
  ),
  shapes: text("--shapes FILE", "the convolutions of this file instead of each kind's own"),
  networks: flag("--networks", "whole networks instead of single convolutions"),
  draw: text("--draw FILE", "draws the speed-ups as curves into this .svg"),
  from: text("--from FILE", "takes what --json printed instead of measuring"),
  ...commonOptions(engines, ["auto", "baseline", "relaxed"]),
});
