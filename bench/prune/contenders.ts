/** Methods as they are typed: a name, and options of its own behind it, such as `greedy+sampler=on`. */
import { RequestError } from "../../src/errors.js";
import { METHODS, methodByName } from "../../src/prune/methods/index.js";
import type { Method } from "../../src/prune/methods/method.js";
import { readOptions } from "../../src/prune/methods/option.js";
import type { Option } from "../options.js";

export interface Contender {
  /** As it is typed. */
  readonly name: string;
  readonly method: Method;
  readonly options: Readonly<Record<string, string>>;
}

/** `all` stands for every method of the list as it is. */
export function contenders(usage: string): Option<readonly Contender[]> {
  const names = METHODS.map(({ name }) => name);
  return {
    usage,
    meaning: `methods, options behind them: all (default), greedy+sampler=on; there is ${names.join(", ")}`,
    read(words = "all") {
      const typed = words.split(",").flatMap((word) => (word.trim() === "all" ? names : [word.trim()]));
      return [...new Set(typed)].map(contenderOf);
    },
  };
}

function contenderOf(name: string): Contender {
  const [word, ...pairs] = name.split("+") as [string, ...string[]];
  const method = methodByName(word);
  const options = Object.fromEntries(
    pairs.map((pair) => {
      const [, option, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
      if (value === undefined) throw new RequestError(`"${pair}": expected option=value`, "--methods");
      return [option, value];
    }),
  );
  readOptions(method, options);
  return { name, method, options };
}
