/** The command line: verbs, and how errors end. */
import { Command, CommanderError } from "commander";
import { EspalierError } from "../errors.js";
import { EXIT_CODES } from "./verb.js";
import { readPackage } from "./package.js";
import { bench } from "./verbs/bench.js";
import { compile } from "./verbs/compile.js";
import { distill } from "./verbs/distill.js";
import { evaluate } from "./verbs/eval.js";
import { finetune } from "./verbs/finetune.js";
import { inspect } from "./verbs/inspect.js";
import { methods } from "./verbs/methods.js";
import { prune } from "./verbs/prune.js";
import { run } from "./verbs/run.js";
import { sensitivity } from "./verbs/sensitivity.js";
import { train } from "./verbs/train.js";

/** THE list of verbs. */
const VERBS = [inspect, compile, methods, sensitivity, prune, run, evaluate, bench, train, finetune, distill];

const USAGE_ERROR = 2;

function program(): Command {
  const { version, description } = readPackage();
  const root = new Command("espalier").description(description).version(version).addHelpText("after", EXIT_CODES);
  for (const verb of VERBS) root.addCommand(verb());
  for (const command of [root, ...root.commands])
    command.exitOverride().showHelpAfterError("(--help shows what there is)");
  return root;
}

/** Runs one command line and returns the exit code. Nothing the user can cause ends in a stack trace. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(words as string[], { from: "user" });
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
  if (error instanceof EspalierError) {
    process.stderr.write(`espalier: ${error.message}\n`);
    return error.exitCode;
  }
  const trace = process.env["ESPALIER_DEBUG"] ? `\n${(error as Error).stack}` : "; ESPALIER_DEBUG=1 shows where";
  process.stderr.write(`espalier: unexpected error, please report it: ${(error as Error).message}${trace}\n`);
  return 1;
}
