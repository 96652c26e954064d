/** What `npm run bench:train` can be asked for. */
import { RequestError } from "../../src/errors.js";
import { MODELS } from "../../src/models/index.js";
import { choice, commonOptions, count, flag, list, type Option } from "../options.js";

/** THE list of peers; the last one is there to say why it cannot. */
export const PEERS = ["pytorch", "tfjs", "tfjs-wasm"] as const;
export type PeerName = (typeof PEERS)[number];

export function trainOptions(engines: readonly string[]) {
  const { engine, build, json, write } = commonOptions(engines, ["auto", "baseline", "relaxed"]);
  return {
    net: choice("--net NAME", "the network", Object.keys(MODELS), "resnet20_32"),
    batch: count("--batch N", "images of a step", 64),
    threads: counts("--threads A,B", "that compute, each measured", [1, 2]),
    steps: count("--steps N", "of a round", 2),
    rounds: count("--rounds N", "measured", 15),
    peers: unlessSaid(list("--peers A,B", "beside espalier", PEERS), "pytorch,tfjs"),
    tfjsBatch: count("--tfjs-batch N", "images of a step of tfjs, which takes a quarter of an hour for 64", 1),
    engine,
    build,
    warmUpMs: count("--warm-up MS", "for each contender to reach its speed first", 3000),
    profile: flag("--profile", "where the time of a step on one thread goes"),
    json,
    write,
  };
}

function unlessSaid<T>({ usage, meaning, read }: Option<T>, fallback: string): Option<T> {
  return { usage, meaning: meaning.replace("all)", `${fallback})`), read: (word = fallback) => read(word) };
}

/** Whole numbers between commas, each once, in rising order. */
function counts(usage: string, meaning: string, fallback: readonly number[]): Option<readonly number[]> {
  return {
    usage,
    meaning: `${meaning} (default: ${fallback.join(",")})`,
    read(word = fallback.join(",")) {
      const words = word.split(",").map((each) => each.trim());
      const wrong = words.find((each) => !/^[1-9]\d{0,2}$/.test(each));
      if (wrong !== undefined) throw new RequestError(`expected whole numbers from 1 on, got "${wrong}"`, "--threads");
      return [...new Set(words.map(Number))].sort((a, b) => a - b);
    },
  };
}
