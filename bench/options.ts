/** Options of a benchmark's command line: each says how it is written, what it means, and what becomes of its word. */
import { parseArgs } from "node:util";
import { RequestError } from "../src/errors.js";

export interface Option<T> {
  /** `--runs N`, or `--json` where no word belongs to it. */
  readonly usage: string;
  readonly meaning: string;
  /** Throws a `RequestError` where the word is none that it takes. No word is there where nothing was said. */
  readonly read: (word: string | undefined) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** What every benchmark can be asked for. The first build is the one unless said. */
export function commonOptions<B extends string>(engines: readonly string[], builds: readonly [B, ...B[]]) {
  return {
    engine: choice("--engine NAME", "where it runs", engines, "node"),
    build: choice("--build NAME", "of espalier", builds, builds[0]),
    threads: count("--threads N", "that compute", 1),
    runs: count("--runs N", "measured rounds", 15),
    json: flag("--json", "figures as JSON"),
    write: flag("--write", "puts the table into bench/README.md"),
  };
}

/** Throws a `RequestError` that says which option is wrong and what there is. */
export function parseOptions<O extends Options>(options: O, words: readonly string[]): Values<O> {
  const said = split(options, words);
  const entries = Object.entries(options).map(([key, { usage, read }]) => [key, read(said[nameOf(usage)]?.toString())]);
  return Object.fromEntries(entries) as Values<O>;
}

function split(options: Options, words: readonly string[]) {
  const types = Object.values(options).map(({ usage }) => [nameOf(usage), { type: typeOf(usage) }] as const);
  try {
    return parseArgs({ args: [...words], options: Object.fromEntries(types) }).values;
  } catch (error) {
    throw new RequestError((error as Error).message);
  }
}

export function usageOf(command: string, options: Options): string {
  const all = Object.values(options);
  const width = Math.max(...all.map(({ usage }) => usage.length));
  const lines = all.map(({ usage, meaning }) => `  ${usage.padEnd(width)}  ${meaning}`);
  return [`usage: npm run ${command} -- [options]`, "", ...lines].join("\n");
}

const nameOf = (usage: string) => usage.slice("--".length).split(" ")[0]!;
const typeOf = (usage: string) => (usage.includes(" ") ? "string" : "boolean");

/** Any word. */
export function text(usage: string, meaning: string): Option<string | undefined> {
  return { usage, meaning, read: (word) => word };
}

export function flag(usage: string, meaning: string): Option<boolean> {
  return { usage, meaning, read: (word) => word !== undefined };
}

export function choice<T extends string>(
  usage: string,
  meaning: string,
  choices: readonly T[],
  fallback: T,
): Option<T> {
  return {
    usage,
    meaning: `${meaning}: ${choices.join(", ")} (default: ${fallback})`,
    read: (word = fallback) => oneOf(usage, word, choices),
  };
}

/** Words between commas, each once, in the order of the choices; all where nothing was said. */
export function list<T extends string>(usage: string, meaning: string, choices: readonly T[]): Option<readonly T[]> {
  return {
    usage,
    meaning: `${meaning}: ${choices.join(", ")} (default: all)`,
    read(words) {
      const wanted = words?.split(",").map((word) => oneOf(usage, word.trim(), choices)) ?? choices;
      return choices.filter((each) => wanted.includes(each));
    },
  };
}

function oneOf<T extends string>(usage: string, word: string, choices: readonly T[]): T {
  const found = choices.find((each) => each === word);
  if (found !== undefined) return found;
  throw new RequestError(`no "${word}"; there is ${choices.join(", ")}`, `--${nameOf(usage)}`);
}

export function count(usage: string, meaning: string, fallback: number): Option<number> {
  return {
    usage,
    meaning: `${meaning} (default: ${fallback})`,
    read(word = String(fallback)) {
      if (/^[1-9]\d{0,5}$/.test(word)) return Number(word);
      throw new RequestError(`expected a whole number from 1 on, got "${word}"`, `--${nameOf(usage)}`);
    },
  };
}
