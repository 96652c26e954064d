/** Options of methods: texts that become values, with defaults that can be shown. */
import { RequestError } from "../../errors.js";

export interface MethodOption<Value = unknown> {
  /** As it would be typed. */
  readonly default: string;
  /** What stands for the value in help: `n:m`. */
  readonly value: string;
  readonly meaning: string;
  /** Throws an `Error` that says what was expected. */
  readonly parse: (text: string) => Value;
  /** Texts with which a method looks at pictures that needs none otherwise. */
  readonly onPictures?: readonly string[];
}

export type MethodOptions = Readonly<Record<string, MethodOption>>;

/** The values of some options. */
export type ValuesOf<Options extends MethodOptions> = {
  readonly [Name in keyof Options]: ReturnType<Options[Name]["parse"]>;
};

/** One of a few words. */
export function choice<const Word extends string>(
  meaning: string,
  words: readonly Word[],
  preset: NoInfer<Word>,
  rest: { readonly onPictures?: readonly NoInfer<Word>[] } = {},
): MethodOption<Word> {
  return {
    ...rest,
    default: preset,
    value: words.join("|"),
    meaning,
    parse(text) {
      const word = words.find((candidate) => candidate === text);
      if (word === undefined) throw new Error(`expected one of ${words.join(", ")}`);
      return word;
    },
  };
}

/** One or more of a few words, with commas between them. */
export function choices<const Word extends string>(
  meaning: string,
  words: readonly Word[],
  preset: NoInfer<Word>,
): MethodOption<readonly Word[]> {
  const one = choice(meaning, words, preset);
  return {
    ...one,
    value: `${one.value}, one or more with commas`,
    parse: (text) => [...new Set(text.split(",").map((word) => one.parse(word.trim())))],
  };
}

/** A number in a range, both ends included. */
export function number(
  meaning: string,
  {
    least,
    most = Infinity,
    whole = false,
  }: { readonly least: number; readonly most?: number; readonly whole?: boolean },
  preset: number,
): MethodOption<number> {
  return {
    default: String(preset),
    value: "n",
    meaning,
    parse(text) {
      const value = Number(text);
      const fits = text.trim() !== "" && value >= least && value <= most && (!whole || Number.isSafeInteger(value));
      if (fits) return value;
      const range = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
      throw new Error(`expected a ${whole ? "whole number" : "number"} ${range}`);
    },
  };
}

/**
 * The values of a method's options: those typed, and defaults. Throws a `RequestError` for one that the method does not have, or
 * that is none of its values.
 */
export function readOptions(
  method: { readonly name: string; readonly options: MethodOptions },
  typed: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const names = Object.keys(method.options);
  const foreign = Object.keys(typed).find((name) => !names.includes(name));
  if (foreign !== undefined) {
    const own = names.length > 0 ? `it has ${names.map((name) => `--${name}`).join(", ")}` : "it has none";
    throw new RequestError(`is no option of method ${method.name}; ${own}`, `--${foreign}`);
  }
  return Object.fromEntries(
    Object.entries(method.options).map(([name, option]) => {
      const text = typed[name] ?? option.default;
      try {
        return [name, option.parse(text)];
      } catch (error) {
        throw new RequestError(`"${text}": ${(error as Error).message}`, `--${name}`);
      }
    }),
  );
}
