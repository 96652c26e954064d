/** What `npm run bench:models` can be asked for. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { RequestError } from "../../src/errors.js";
import { MODELS } from "../../src/models/index.js";

export const ENGINES = ["node", "node-latest", "deno"] as const;
export const PEERS = ["ort", "tfjs"] as const;
const BUILDS = ["baseline", "relaxed"] as const;

export interface Options {
  readonly nets: readonly string[];
  readonly peers: readonly (typeof PEERS)[number][];
  readonly engine: (typeof ENGINES)[number];
  readonly build: (typeof BUILDS)[number];
  readonly threads: number;
  /** Measured rounds. */
  readonly runs: number;
  /** For each contender. */
  readonly warmUpMs: number;
  readonly json: boolean;
  /** Puts the table into bench/README.md. */
  readonly write: boolean;
}

export const USAGE = `usage: npm run bench:models -- [options]

  --nets A,B      networks: ${Object.keys(MODELS).join(", ")} (default: all)
  --peers A,B     ${PEERS.join(", ")} (default: both)
  --engine NAME   ${ENGINES.join(", ")} (default: node, the one that runs this)
  --build NAME    ${BUILDS.join(", ")} (default: baseline)
  --threads N     of each contender (default: 1)
  --runs N        measured rounds (default: 15)
  --warm-up MS    for each contender to reach its speed first (default: 2000)
  --json          figures as JSON
  --write         puts the table into bench/README.md`;

const FLAGS = {
  nets: { type: "string" },
  peers: { type: "string" },
  engine: { type: "string" },
  build: { type: "string" },
  threads: { type: "string" },
  runs: { type: "string" },
  "warm-up": { type: "string" },
  json: { type: "boolean" },
  write: { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

/** Throws a `RequestError` that says which option is wrong and what there is. */
export function parseOptions(words: readonly string[]): Options {
  const values = parse(words);
  return {
    nets: list("--nets", values.nets, Object.keys(MODELS)),
    peers: list("--peers", values.peers, PEERS),
    engine: oneOf("--engine", values.engine ?? "node", ENGINES),
    build: oneOf("--build", values.build ?? "baseline", BUILDS),
    threads: count("--threads", values.threads ?? "1"),
    runs: count("--runs", values.runs ?? "15"),
    warmUpMs: count("--warm-up", values["warm-up"] ?? "2000"),
    json: values.json ?? false,
    write: values.write ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: FLAGS }).values;
  } catch (error) {
    throw new RequestError((error as Error).message);
  }
}

function oneOf<T extends string>(option: string, word: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === word);
  if (choice === undefined) throw new RequestError(`no "${word}"; there is ${choices.join(", ")}`, option);
  return choice;
}

/** Words between commas, each once, in the order of the choices; all where nothing was said. */
function list<T extends string>(option: string, words: string | undefined, choices: readonly T[]): readonly T[] {
  if (words === undefined) return choices;
  const wanted = words.split(",").map((word) => oneOf(option, word.trim(), choices));
  return choices.filter((choice) => wanted.includes(choice));
}

function count(option: string, word: string): number {
  if (!/^[1-9]\d{0,8}$/.test(word)) throw new RequestError(`expected a whole number from 1 on, got "${word}"`, option);
  return Number(word);
}
