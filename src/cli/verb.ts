/** What a verb is: a command with its words, and what it does. */
import { Command } from "commander";

/** Exit codes, as --help prints them. */
export const EXIT_CODES = `
Exit codes:
  0  done
  1  unexpected error
  2  a request that cannot be met, or wrong options
  3  a network that is damaged or not supported
  4  data that is missing or does not fit
  5  a file that cannot be read or written
  6  training whose numbers are no longer finite
  130  training that Ctrl-C stopped; a checkpoint is left`;

export interface VerbWords {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** Commands that work as they stand, with what they do. */
  readonly examples: readonly (readonly [command: string, what: string])[];
}

export function verb(words: VerbWords): Command {
  const examples = words.examples.map(([command, what]) => `  $ npx espalier ${command}\n      ${what}`).join("\n");
  return new Command(words.name)
    .summary(words.summary)
    .description(words.description ?? `${words.summary[0]!.toUpperCase()}${words.summary.slice(1)}.`)
    .addHelpText("after", `\nExamples:\n${examples}\n${EXIT_CODES}`);
}

/** Prints either form of a result. */
export function report(json: boolean | undefined, data: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text()}\n`);
}
