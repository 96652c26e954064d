/** Options of pruning methods as flags of the command line. */
import { type Command, Option } from "commander";
import { METHODS, methodByName } from "../prune/methods/index.js";
import type { MethodOptions } from "../prune/methods/option.js";

interface Flag {
  readonly value: string;
  /** For each meaning, which methods give it that. */
  readonly meanings: Map<string, string[]>;
}

/** Every option that any method has. */
function flags(): Map<string, Flag> {
  const found = new Map<string, Flag>();
  for (const method of METHODS) {
    for (const [name, option] of Object.entries(method.options as MethodOptions)) {
      const flag: Flag = found.get(name) ?? { value: option.value, meanings: new Map() };
      const meaning = `${option.meaning}; ${option.default} unless it is said`;
      flag.meanings.set(meaning, [...(flag.meanings.get(meaning) ?? []), method.name]);
      found.set(name, flag);
    }
  }
  return found;
}

/** Offers all of them. Texts stay texts: the method reads them. */
export function withMethodOptions(command: Command): Command {
  for (const [name, { value, meanings }] of flags()) {
    const words = [...meanings].map(([meaning, methods]) => `${methods.join(", ")}: ${meaning}`);
    command.addOption(new Option(`--${name} <value>`, words.map((text) => `${text} (${value})`).join("; ")));
  }
  return command;
}

/** Those that were typed, by name. */
export function typedMethodOptions(command: Command): Record<string, string> {
  const typed = [...flags().keys()].flatMap((name) => {
    const key = new Option(`--${name} <value>`).attributeName();
    return command.getOptionValueSource(key) === "cli" ? [[name, command.getOptionValue(key) as string] as const] : [];
  });
  return Object.fromEntries(typed);
}

/** Whether a method with these options looks at pictures, at least where they are given. */
export function looksAtPictures(method: string, typed: Readonly<Record<string, string>> = {}): boolean {
  const { needs, uses = [], options } = methodByName(method);
  const byOption = Object.entries(typed).some(([name, text]) =>
    (options as MethodOptions)[name]?.onPictures?.includes(text),
  );
  return byOption || [...needs, ...uses].some((need) => need === "samples" || need === "labels");
}

/** Whether a method decides nothing without --keep. */
export function needsBudget(method: string): boolean {
  return methodByName(method).needsBudget !== false;
}
