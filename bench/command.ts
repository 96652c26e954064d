/** What the commands of benchmarks have in common: usage, faults as a line, exit codes. */
import { EspalierError, RequestError } from "../src/errors.js";
import { type Options, parseOptions, usageOf, type Values } from "./options.js";

/** Runs a command as this process was asked to. What the caller can mend, an `EspalierError`, is said in a line. */
export async function runCommand<O extends Options>(
  name: string,
  options: O,
  run: (values: Values<O>) => Promise<void>,
): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes("--help")) {
    console.log(usageOf(name, options));
    return;
  }
  try {
    await run(parseOptions(options, words));
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    const hint = error instanceof RequestError ? `\n(npm run ${name} -- --help lists the options)` : "";
    console.error(`${name}: ${error.message}${hint}`);
    process.exitCode = error.exitCode;
  }
}
