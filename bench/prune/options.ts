/** What `npm run bench:prune` can be asked for. */
import { InvalidArgumentError } from "commander";
import { numbers } from "../../src/cli/options.js";
import { RequestError } from "../../src/errors.js";
import { formatBudget, parseBudget } from "../../src/prune/budget.js";
import { count, flag, list, type Option, text } from "../options.js";
import { contenders } from "./contenders.js";
import type { Asked } from "./rows.js";

/** What follows a cut, without training. */
export const RECOVERIES = ["none", "statistics", "least-squares"] as const;
export type Recovery = (typeof RECOVERIES)[number];

export const pruneOptions = {
  model: required("--model FILE", "the network, .onnx or .esp"),
  data: required("--data SET", "pictures that methods and recovery may look at; their labels are not used"),
  test: required("--test SET", "labelled pictures that accuracy is measured on"),
  budgets: budgets(
    "--budgets A,B",
    "shares to keep, of multiply-adds where a method can be asked for them, or ms=A of the milliseconds here",
  ),
  methods: contenders("--methods A,B"),
  recover: list("--recover A,B", "what follows the cut", RECOVERIES),
  allocate: text(
    "--allocate NAME",
    "how the budget is shared out, for methods that can be told (default: each method's own)",
  ),
  samples: count("--samples N", "pictures of --data", 1000),
  limit: count("--limit N", "pictures of --test, at most", 100_000),
  mean: colours("--mean A,B,C", "mean of each colour in units of pixel / 255 (default: what the file says)"),
  std: colours("--std A,B,C", "deviation of each colour in units of pixel / 255"),
  runs: count("--runs N", "measured rounds of all networks, in turn", 30),
  json: flag("--json", "figures as JSON"),
  draw: text("--draw FILE.svg", "draws accuracy against multiply-adds and against milliseconds"),
  write: text("--write NAME", "puts the table into docs/methods.md under this name"),
};

function required(usage: string, meaning: string): Option<string> {
  return {
    usage,
    meaning: `${meaning} (required)`,
    read(word) {
      if (word !== undefined) return word;
      throw new RequestError(`is required: ${meaning}`, usage.split(" ")[0]);
    },
  };
}

function budgets(usage: string, meaning: string): Option<readonly Asked[]> {
  return {
    usage,
    meaning: `${meaning} (default: 0.7,0.5)`,
    read: (words = "0.7,0.5") => words.split(",").map(readBudget),
  };
}

function readBudget(word: string): Asked {
  if (word.startsWith("ms=")) return formatBudget(parseBudget(word));
  const value = Number(word);
  if (value > 0 && value <= 1) return value;
  throw new RequestError(`expected shares above 0 and up to 1, or ms=SHARE, got "${word}"`, "--budgets");
}

function colours(usage: string, meaning: string): Option<readonly number[] | undefined> {
  return {
    usage,
    meaning,
    read(words) {
      try {
        return words === undefined ? undefined : numbers(words);
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        throw new RequestError(error.message, usage.split(" ")[0]);
      }
    },
  };
}
